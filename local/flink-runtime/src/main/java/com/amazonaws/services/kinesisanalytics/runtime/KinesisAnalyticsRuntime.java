package com.amazonaws.services.kinesisanalytics.runtime;

import java.io.File;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.DeserializationFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Property groups of the application, by the class and methods that AWS's
 * aws-kinesisanalytics-runtime has. The cluster loads this class before a copy in the job's jar,
 * which looks for a file that exists on the service only.
 */
public class KinesisAnalyticsRuntime {
  /** System property with the file that the cluster was started with. */
  private static final String FILE_PROPERTY = "local.application.properties";

  private record PropertyGroup(
      @JsonProperty(value = "PropertyGroupId", required = true) String id,
      @JsonProperty(value = "PropertyMap", required = true) Map<String, String> values) {}

  /**
   * Reads the groups that the application is declared with.
   *
   * @throws IOException if the cluster names no file, or the file is missing or malformed
   */
  public static Map<String, Properties> getApplicationProperties() throws IOException {
    String file = System.getProperty(FILE_PROPERTY);
    if (file == null) throw new IOException("The system property " + FILE_PROPERTY + " is not set");
    return getApplicationProperties(file);
  }

  /**
   * Reads the groups of a file: a JSON list of objects with PropertyGroupId and PropertyMap.
   *
   * @throws IOException if the file is missing or malformed
   */
  public static Map<String, Properties> getApplicationProperties(String filename)
      throws IOException {
    Map<String, Properties> groups = new HashMap<>();
    try {
      for (PropertyGroup group :
          new ObjectMapper()
              .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
              .readValue(new File(filename), PropertyGroup[].class)) {
        groups.computeIfAbsent(group.id(), id -> new Properties()).putAll(group.values());
      }
    } catch (IOException | NullPointerException exception) {
      // A group or value that is null ends in the second.
      throw new IOException(
          "Cannot read the property groups in " + filename + ": " + exception, exception);
    }
    return groups;
  }
}
