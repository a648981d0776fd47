package streaming.settings;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The contract of the property groups, runtime-properties.schema.json: the single source of their
 * names, types, defaults and ranges.
 *
 * <p>The service hands over every value as a string, so an ordinary validator would refuse them
 * all; this one checks that the string parses as the declared type. It knows the few keywords that
 * the contract uses and refuses to start with a contract that uses another, so that no constraint
 * is ever skipped.
 */
final class PropertySchema {
  static final String RESOURCE = "/runtime-properties.schema.json";

  private static final Set<String> OBJECT_KEYWORDS =
      Set.of(
          "$schema",
          "title",
          "description",
          "type",
          "additionalProperties",
          "required",
          "properties");

  /** The declared properties of each group, in the order of the contract. */
  private final Map<String, Map<String, PropertyType>> groups = new LinkedHashMap<>();

  private final Map<String, List<String>> requiredKeys = new LinkedHashMap<>();

  /** The groups that must be there. */
  private final List<String> requiredGroups;

  private PropertySchema(Map<String, Object> schema) {
    requiredGroups = strings(schema.getOrDefault("required", List.of()));
    objectsIn(schema, "the schema")
        .forEach(
            (group, declaration) -> {
              Map<String, PropertyType> types = new LinkedHashMap<>();
              objectsIn(declaration, group)
                  .forEach(
                      (key, type) -> types.put(key, new PropertyType(group + "." + key, type)));
              groups.put(group, types);
              requiredKeys.put(group, strings(declaration.getOrDefault("required", List.of())));
            });
  }

  /** Reads the contract that is packed with the job. */
  static PropertySchema load() {
    try (InputStream resource = PropertySchema.class.getResourceAsStream(RESOURCE)) {
      return new PropertySchema(JSON.std.mapFrom(resource));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + RESOURCE, e);
    }
  }

  /** The declared keys of each group. */
  Map<String, Map<String, PropertyType>> groups() {
    return groups;
  }

  /** Whether a key must be there when its group is. */
  boolean requires(String group, String key) {
    return requiredKeys.get(group).contains(key);
  }

  /**
   * Checks the given values and adds the defaults of those that are absent. A group that may be
   * absent, and has keys that may not, stays absent as a whole.
   *
   * @param given the values by group and key
   * @param problems receives one sentence for each problem
   * @return the valid and the default values by group and key
   */
  Map<String, Map<String, String>> complete(
      Map<String, Map<String, String>> given, List<String> problems) {
    for (String group : given.keySet()) {
      if (!groups.containsKey(group)) {
        problems.add(
            String.format(
                "group \"%s\" is unknown; the groups are %s",
                group, String.join(", ", groups.keySet())));
      }
    }
    Map<String, Map<String, String>> completed = new LinkedHashMap<>();
    groups.forEach(
        (group, types) -> {
          if (given.containsKey(group)
              || requiredGroups.contains(group)
              || requiredKeys.get(group).isEmpty()) {
            completed.put(
                group, completeGroup(group, types, given.getOrDefault(group, Map.of()), problems));
          }
        });
    return completed;
  }

  private Map<String, String> completeGroup(
      String group,
      Map<String, PropertyType> types,
      Map<String, String> given,
      List<String> problems) {
    for (String key : given.keySet()) {
      if (!types.containsKey(key)) {
        problems.add(
            String.format(
                "%s.%s is unknown; the keys of group \"%s\" are %s",
                group, key, group, String.join(", ", types.keySet())));
      }
    }
    Map<String, String> completed = new LinkedHashMap<>();
    types.forEach(
        (key, type) -> {
          String value = given.getOrDefault(key, type.defaultValue());
          if (value != null) {
            String problem = type.problemOf(value);
            if (problem == null) {
              completed.put(key, value);
            } else {
              problems.add(problem);
            }
          } else if (requires(group, key)) {
            problems.add(type.missing());
          }
        });
    return completed;
  }

  private static Map<String, Map<String, Object>> objectsIn(
      Map<String, Object> declaration, String place) {
    if (!OBJECT_KEYWORDS.containsAll(declaration.keySet())
        || !Boolean.FALSE.equals(declaration.get("additionalProperties"))) {
      throw new IllegalStateException(
          String.format(
              "%s: %s must be closed (additionalProperties false) and use only %s",
              RESOURCE, place, OBJECT_KEYWORDS));
    }
    return asObjects(declaration.get("properties"));
  }

  // The contract is a resource of this very jar: a cast that fails is a defect of the build, and
  // every test that loads the contract shows it.
  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> asObjects(Object value) {
    return (Map<String, Map<String, Object>>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<String> strings(Object value) {
    return (List<String>) value;
  }
}
