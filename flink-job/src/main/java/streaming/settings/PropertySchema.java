package streaming.settings;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Contract of the property groups, runtime-properties.schema.json: names, types, defaults, ranges.
 *
 * <p>The service passes every value as text, which a JSON Schema validator would refuse. A test
 * ensures that the contract has no keyword that is not checked here.
 */
final class PropertySchema {
  private static final String RESOURCE = "/runtime-properties.schema.json";
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  private final Map<String, Object> contract;

  private PropertySchema(Map<String, Object> contract) {
    this.contract = contract;
  }

  /** Reads the contract that is packed with the job. */
  static PropertySchema load() {
    try (InputStream resource = PropertySchema.class.getResourceAsStream(RESOURCE)) {
      return new PropertySchema(JSON.std.mapFrom(resource));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + RESOURCE, e);
    }
  }

  /** Declarations of the properties of each group, in the order of the contract. */
  Map<String, Map<String, Object>> groups() {
    return propertiesOf(contract);
  }

  /**
   * Checks the given values and adds the defaults. An optional group with required keys stays
   * absent as a whole.
   *
   * @param problems receives one sentence per problem
   * @return valid values by group and key, such as {@code demand.windowMinutes}
   */
  Map<String, String> complete(Map<String, Properties> given, List<String> problems) {
    checkNames("", "groups", given.keySet(), groups().keySet(), problems);
    Map<String, String> completed = new TreeMap<>();
    groups()
        .forEach(
            (group, declaration) -> {
              Properties values = given.getOrDefault(group, new Properties());
              Map<String, Map<String, Object>> types = propertiesOf(declaration);
              checkNames(
                  group + ".", "keys", values.stringPropertyNames(), types.keySet(), problems);
              if (given.containsKey(group)
                  || requiredOf(contract).contains(group)
                  || requiredOf(declaration).isEmpty()) {
                types.forEach(
                    (key, type) -> {
                      String name = group + "." + key;
                      Object normal = type.get("default");
                      String value =
                          values.getProperty(key, normal == null ? null : normal.toString());
                      if (value != null && accepts(type, value)) {
                        completed.put(name, value);
                      } else if (value != null || requiredOf(declaration).contains(key)) {
                        problems.add(
                            String.format(
                                "%s must be %s; got %s. %s",
                                name,
                                rule(type),
                                value == null ? "none" : '"' + value + '"',
                                type.get("description")));
                      }
                    });
              }
            });
    return completed;
  }

  private static void checkNames(
      String prefix,
      String kind,
      Collection<String> given,
      Collection<String> known,
      List<String> problems) {
    for (String name : given) {
      if (!known.contains(name)) {
        problems.add(
            String.format(
                "%s%s must be removed; the %s are %s",
                prefix, name, kind, String.join(", ", known)));
      }
    }
  }

  private static boolean accepts(Map<String, Object> type, String value) {
    if (isInteger(type)) {
      return INTEGER.matcher(value).matches()
          && Long.parseLong(value) >= limit(type, "minimum")
          && Long.parseLong(value) <= limit(type, "maximum");
    }
    List<?> choices = (List<?>) type.get("enum");
    // Patterns are for whole values; to Java their $ may come before a line break.
    return choices == null
        ? Pattern.matches(String.valueOf(type.get("pattern")), value)
        : choices.contains(value);
  }

  private static String rule(Map<String, Object> type) {
    if (isInteger(type)) {
      return String.format(
          "an integer from %d to %d", limit(type, "minimum"), limit(type, "maximum"));
    }
    List<?> choices = (List<?>) type.get("enum");
    return choices == null
        ? "text that matches " + type.get("pattern")
        : "one of " + choices.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private static boolean isInteger(Map<String, Object> type) {
    return "integer".equals(type.get("type"));
  }

  private static long limit(Map<String, Object> type, String keyword) {
    return ((Number) type.get(keyword)).longValue();
  }

  // The contract is a resource of this jar: every test that loads it shows a cast that fails.
  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> propertiesOf(Map<String, Object> declaration) {
    return (Map<String, Map<String, Object>>) declaration.get("properties");
  }

  @SuppressWarnings("unchecked")
  private static List<String> requiredOf(Map<String, Object> declaration) {
    return (List<String>) declaration.getOrDefault("required", List.of());
  }
}
