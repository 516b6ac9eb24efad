// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import dev.redrive.server.http.Route;
import dev.redrive.server.keys.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** What the server says about itself. */
final class Pages {
  private static final String DESCRIPTION = "openapi.yaml";

  private Pages() {}

  static List<Route> routes() {
    byte[] description = resource(DESCRIPTION);
    return List.of(
        Route.of(
            "GET",
            "/openapi.yaml",
            Scope.READ,
            exchange -> exchange.text("application/yaml", description)),
        Route.of(
            "GET",
            "/",
            Scope.READ,
            exchange ->
                exchange.json(
                    200,
                    json -> {
                      json.writeStartObject();
                      json.writeStringField("name", "redrive");
                      json.writeStringField("api", "/openapi.yaml");
                      json.writeStringField("queues", "/v1/queues");
                      json.writeStringField("deadLetters", "/v1/dead-letters");
                      json.writeStringField("health", "/healthz");
                      json.writeEndObject();
                    })));
  }

  private static byte[] resource(String name) {
    try (InputStream in = Pages.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
