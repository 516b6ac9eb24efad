// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills {@code ${NAME}} in the texts of a tree from the environment, so that secrets need no file.
 */
final class EnvironmentText {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  private final Map<String, String> environment;
  private final List<String> problems;

  /** Adds a problem for each name that the environment does not have. */
  EnvironmentText(Map<String, String> environment, List<String> problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** A copy of the tree, filled. */
  Map<String, Object> fill(Map<?, ?> tree) {
    Map<String, Object> filled = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : tree.entrySet()) {
      if (entry.getValue() != null) {
        filled.put(String.valueOf(entry.getKey()), value(entry.getValue()));
      } else {
        filled.put(String.valueOf(entry.getKey()), Map.of());
      }
    }
    return filled;
  }

  private Object value(Object value) {
    if (value instanceof Map<?, ?> map) {
      return fill(map);
    }
    if (value instanceof List<?> list) {
      return list.stream().filter(item -> item != null).map(this::value).toList();
    }
    return value instanceof String text ? text(text) : value;
  }

  private String text(String text) {
    return REFERENCE
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(variable(match.group(1))));
  }

  private String variable(String name) {
    String value = environment.get(name);
    if (value == null) {
      problems.add("the environment variable " + name + " is not set, but ${" + name + "} is used");
      return "";
    }
    return value;
  }
}
