package streaming.settings;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What the contract says about one property, and the sentences that say it to a person. */
final class PropertyType {
  private static final Map<String, Set<String>> KEYWORDS =
      Map.of(
          "string", Set.of("type", "description", "default", "enum", "pattern"),
          "integer", Set.of("type", "description", "default", "minimum", "maximum"));

  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

  private final String name;
  private final Map<String, Object> declaration;

  /**
   * @param name group and key, such as {@code demand.windowMinutes}
   * @param declaration the contract's declaration of the property
   */
  PropertyType(String name, Map<String, Object> declaration) {
    this.name = name;
    this.declaration = declaration;
    Set<String> keywords = KEYWORDS.get(String.valueOf(declaration.get("type")));
    if (keywords == null || !keywords.containsAll(declaration.keySet())) {
      throw new IllegalStateException(
          String.format(
              "%s: the job cannot check %s; it knows %s", PropertySchema.RESOURCE, name, KEYWORDS));
    }
  }

  /** The default, or null if there is none. */
  String defaultValue() {
    Object value = declaration.get("default");
    return value == null ? null : value.toString();
  }

  String description() {
    return String.valueOf(declaration.get("description"));
  }

  String missing() {
    return String.format("%s is missing: %s Set it; %s", name, description(), rule());
  }

  /** What is wrong with a value, or null if nothing is. */
  String problemOf(String value) {
    return accepts(value) ? null : String.format("%s is \"%s\"; %s", name, value, rule());
  }

  private boolean accepts(String value) {
    if (isInteger()) {
      return INTEGER.matcher(value).matches()
          && Long.parseLong(value) >= limit("minimum", Long.MIN_VALUE)
          && Long.parseLong(value) <= limit("maximum", Long.MAX_VALUE);
    }
    Object pattern = declaration.get("pattern");
    // The contract's patterns are for whole values; to Java their $ may come before a line break.
    return (choices() == null || choices().contains(value))
        && (pattern == null || Pattern.matches(pattern.toString(), value));
  }

  private String rule() {
    if (isInteger()) {
      return String.format(
          "it must be an integer from %d to %d",
          limit("minimum", Long.MIN_VALUE), limit("maximum", Long.MAX_VALUE));
    }
    if (choices() != null) {
      return "it must be one of " + choices();
    }
    return "it must match " + declaration.getOrDefault("pattern", ".*");
  }

  private boolean isInteger() {
    return "integer".equals(declaration.get("type"));
  }

  private long limit(String keyword, long none) {
    return declaration.containsKey(keyword)
        ? ((Number) declaration.get(keyword)).longValue()
        : none;
  }

  private List<?> choices() {
    return (List<?>) declaration.get("enum");
  }
}
