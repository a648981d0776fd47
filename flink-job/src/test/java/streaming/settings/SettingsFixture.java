package streaming.settings;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Settings for tests: valid ones, in which a test changes what it is about. */
public final class SettingsFixture {
  private final Map<String, Properties> groups = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();

  public SettingsFixture() {
    set("job", "workload", "taxi");
    set("source", "streamName", "trips");
    set("source", "region", "eu-central-1");
    set("search", "endpoint", "https://vpc-trips-abc.eu-central-1.es.amazonaws.com");
    set("search", "region", "eu-central-1");
  }

  public SettingsFixture set(String group, String key, String value) {
    groups.computeIfAbsent(group, name -> new Properties()).setProperty(key, value);
    return this;
  }

  /** With every group of the contract. */
  public SettingsFixture withAllGroups() {
    return set("resultsStream", "streamName", "results")
        .set("resultsStream", "region", "eu-central-1")
        .set("archive", "path", "file:///tmp/results");
  }

  SettingsFixture remove(String group, String key) {
    groups.get(group).remove(key);
    return this;
  }

  public SettingsFixture removeGroup(String group) {
    groups.remove(group);
    return this;
  }

  public SettingsFixture environment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  public JobSettings load() {
    return JobSettings.from(groups, environment);
  }
}
