// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.http.Route;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.support.Contract;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description and the routes are held together; answers are held to it by every other test. */
class OpenApiTest {
  @TempDir static Path folder;
  private static List<Route> routes = List.of();

  @BeforeAll
  static void collect() {
    try (RunningServer server = RunningServer.start(folder, "")) {
      routes = server.server().routes();
    }
  }

  private static JsonNode described(Route route) {
    return Contract.get().operation(route.method(), route.path().toString());
  }

  @Test
  void every_route_is_described_and_nothing_else() {
    Set<String> served =
        routes.stream()
            .map(route -> route.method() + " " + route.path())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(Contract.get().operations()).isEqualTo(served);
  }

  @Test
  void the_scope_of_every_route_is_described() {
    for (Route route : routes) {
      String scope = route.scope().map(Scope::word).orElse("");

      assertThat(described(route).path("x-scope").asText())
          .as(route.path().toString())
          .isEqualTo(scope);
      assertThat(described(route).has("security")).isEqualTo(route.scope().isEmpty());
    }
  }

  @Test
  void the_query_of_every_route_is_described() {
    for (Route route : routes) {
      Set<String> names = new TreeSet<>();
      for (JsonNode list : List.of(described(route).path("parameters"), pathParameters(route))) {
        for (JsonNode parameter : list) {
          if (parameter.path("in").asText().equals("query")) {
            names.add(parameter.path("name").asText());
          }
        }
      }

      assertThat(names).as(route.path().toString()).isEqualTo(new TreeSet<>(route.query()));
    }
  }

  private static JsonNode pathParameters(Route route) {
    return Contract.get().path(route.path().toString()).path("parameters");
  }

  @Test
  void every_guarded_route_is_described_to_refuse_wrong_keys() {
    for (Route route : routes) {
      if (route.scope().isPresent()) {
        assertThat(described(route).path("responses").has("401")).isTrue();
        assertThat(described(route).path("responses").has("403")).isTrue();
        assertThat(described(route).path("responses").has("429")).isTrue();
      }
    }
  }

  @Test
  void every_operation_has_a_name_of_its_own() {
    List<String> names =
        routes.stream().map(route -> described(route).path("operationId").asText()).toList();

    assertThat(names).doesNotHaveDuplicates().doesNotContain("");
    assertThat(names)
        .allMatch(
            name -> name.substring(0, 1).toLowerCase(Locale.ROOT).equals(name.substring(0, 1)));
  }
}
