package com.amazonaws.services.kinesisanalytics.runtime;

import java.util.Map;
import java.util.Properties;

/** A copy as a job's jar may have it; the cluster's own class must win. */
public class KinesisAnalyticsRuntime {
  public static Map<String, Properties> getApplicationProperties() {
    throw new IllegalStateException("The class of the jar was loaded");
  }
}
