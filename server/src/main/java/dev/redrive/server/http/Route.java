// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import dev.redrive.server.keys.Scope;
import java.util.Optional;
import java.util.Set;

/**
 * One method on one path.
 *
 * @param method such as {@code POST}
 * @param path such as {@code /v1/queues/{queue}:pause}
 * @param scope what a key needs; empty for a route that is open to all
 * @param query the query parameters it knows
 * @param endpoint who answers
 */
public record Route(
    String method, PathTemplate path, Optional<Scope> scope, Set<String> query, Endpoint endpoint) {

  /** A route without query parameters. */
  public static Route of(String method, String path, Scope scope, Endpoint endpoint) {
    return new Route(method, PathTemplate.of(path), Optional.of(scope), Set.of(), endpoint);
  }

  /** A route that needs no key. */
  public static Route open(String method, String path, Endpoint endpoint) {
    return new Route(method, PathTemplate.of(path), Optional.empty(), Set.of(), endpoint);
  }

  /** The same, with these query parameters. */
  public Route query(String... names) {
    return new Route(method, path, scope, Set.of(names), endpoint);
  }
}
