// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** All routes of the server. Immutable. */
public final class RouteTable {
  private final List<Route> routes;

  /** What a request leads to. */
  record Match(Route route, Map<String, String> parameters) {}

  /** Holds these routes. */
  public RouteTable(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** All of them. */
  public List<Route> routes() {
    return routes;
  }

  /**
   * The route of this method and path. Where several paths fit, the one with the most fixed text
   * decides, so that {@code :pause} is a verb and not a part of a name.
   *
   * @throws ProblemException if there is none: 404, or 405 where another method would do
   */
  Match find(String method, String path) {
    List<String> segments = PathTemplate.split(path);
    List<Match> fitting = new ArrayList<>();
    int best = -1;
    for (Route route : routes) {
      if (route.path().literalLength() < best) {
        continue;
      }
      Optional<Map<String, String>> parameters = route.path().match(segments);
      if (parameters.isEmpty()) {
        continue;
      }
      if (route.path().literalLength() > best) {
        best = route.path().literalLength();
        fitting.clear();
      }
      fitting.add(new Match(route, parameters.get()));
    }
    for (Match match : fitting) {
      if (match.route().method().equals(method)) {
        return match;
      }
    }
    throw none(fitting).asException();
  }

  private static Problem none(List<Match> fitting) {
    if (fitting.isEmpty()) {
      return Problem.notFound(
          "unknown-path", "there is nothing here; GET /openapi.yaml lists all paths");
    }
    TreeSet<String> methods = new TreeSet<>();
    fitting.forEach(match -> methods.add(match.route().method()));
    String allowed = String.join(", ", methods);
    return Problem.of(
            405, "method-not-allowed", "Method not allowed", "use " + allowed + " on this path")
        .with("Allow", allowed);
  }
}
