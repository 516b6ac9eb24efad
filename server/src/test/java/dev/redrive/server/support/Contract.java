// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The written description of the API, to which every answer in every test is held. */
public final class Contract {
  private static final Contract CONTRACT = new Contract();

  private final JsonNode paths;
  private final Map<String, Pattern> patterns = new TreeMap<>();

  private Contract() {
    try (InputStream in = Contract.class.getResourceAsStream("/dev/redrive/server/openapi.yaml")) {
      Object tree =
          new Load(LoadSettings.builder().build()).loadFromInputStream(Objects.requireNonNull(in));
      paths = new ObjectMapper().<JsonNode>valueToTree(tree).get("paths");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    paths
        .fieldNames()
        .forEachRemaining(
            path ->
                patterns.put(
                    path,
                    Pattern.compile(
                        path.replaceAll("\\{[a-z]+}", "[^/]+").replace(".yaml", "\\.yaml"))));
  }

  /** The one there is. */
  public static Contract get() {
    return CONTRACT;
  }

  /** All operations as {@code POST /v1/…}. */
  public Set<String> operations() {
    Set<String> all = new TreeSet<>();
    patterns
        .keySet()
        .forEach(path -> methods(path).forEach(method -> all.add(method + " " + path)));
    return all;
  }

  /** What a path is described with. */
  public JsonNode path(String path) {
    return paths.get(path);
  }

  /** What an operation is described with. */
  public JsonNode operation(String method, String path) {
    return paths.get(path).get(method.toLowerCase(Locale.ROOT));
  }

  /** Fails if the description does not know that this operation answers so. */
  public void check(String method, String path, int status, String contentType) {
    Optional<String> known =
        patterns.entrySet().stream()
            .filter(each -> each.getValue().matcher(path).matches())
            .map(Map.Entry::getKey)
            .max(Comparator.comparingInt(each -> each.replaceAll("\\{[a-z]+}", "").length()));
    if (known.isEmpty() || !methods(known.get()).contains(method)) {
      if (status != 404 && status != 405 && status != 401 && status != 400 && status != 403) {
        throw new AssertionError(method + " " + path + " is not described, but answers " + status);
      }
      return;
    }
    JsonNode answer = operation(method, known.get()).path("responses").path(String.valueOf(status));
    if (answer.isMissingNode()) {
      throw new AssertionError(
          method + " " + known.get() + " is not described to answer " + status);
    }
    String type = contentType.replaceAll(";.*", "");
    boolean isProblem = status >= 400 && !known.get().equals("/healthz");
    String expected =
        isProblem ? "application/problem+json" : first(answer.path("content").fieldNames());
    if (!type.equals(expected)) {
      throw new AssertionError(method + " " + path + " answers " + type + ", not " + expected);
    }
  }

  private Set<String> methods(String path) {
    Set<String> methods = new TreeSet<>();
    paths
        .get(path)
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!name.equals("parameters")) {
                methods.add(name.toUpperCase(Locale.ROOT));
              }
            });
    return methods;
  }

  private static String first(Iterator<String> names) {
    return names.hasNext() ? names.next() : "";
  }
}
