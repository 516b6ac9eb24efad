// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.dependency;

import dev.redrive.Redrive;
import dev.redrive.gate.Dependency;
import dev.redrive.server.health.Census;
import dev.redrive.server.http.Exchange;
import dev.redrive.server.http.Problem;
import dev.redrive.server.http.Route;
import dev.redrive.server.json.Nearest;
import dev.redrive.server.keys.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows dependencies, and opens, closes and releases their breakers. */
public final class DependencyEndpoints {
  private static final Logger audit = LoggerFactory.getLogger("dev.redrive.audit");
  private static final int REASON_CHARS_MAX = 500;

  private final Redrive redrive;
  private final Census census;

  /** Works on the dependencies of these queues. */
  public DependencyEndpoints(Redrive redrive, Census census) {
    this.redrive = redrive;
    this.census = census;
  }

  /** The routes. */
  public List<Route> routes() {
    return List.of(
        Route.of("GET", "/v1/dependencies", Scope.READ, this::list),
        Route.of("GET", "/v1/dependencies/{dependency}", Scope.READ, this::get),
        force("open", Dependency::open),
        force("close", Dependency::close),
        force("release", Dependency::release));
  }

  private interface Force {
    void on(Dependency dependency, String reason);
  }

  private Route force(String verb, Force force) {
    return Route.of(
        "POST",
        "/v1/dependencies/{dependency}:" + verb,
        Scope.ADMIN,
        exchange -> force(exchange, verb, force));
  }

  private void list(Exchange exchange) {
    counted(
        exchange,
        waiting ->
            exchange.json(
                200,
                json -> {
                  json.writeStartObject();
                  json.writeArrayFieldStart("dependencies");
                  for (Dependency each : redrive.dependencies()) {
                    DependencyJson.write(json, each, waiting);
                  }
                  json.writeEndArray();
                  json.writeEndObject();
                }));
  }

  private void get(Exchange exchange) {
    show(exchange, named(exchange.parameter("dependency")));
  }

  private void show(Exchange exchange, Dependency dependency) {
    counted(
        exchange,
        waiting -> exchange.json(200, json -> DependencyJson.write(json, dependency, waiting)));
  }

  /** Answers with how many wait, or without where the transport cannot be asked. */
  private void counted(Exchange exchange, Consumer<Optional<Map<String, Long>>> answer) {
    census
        .counts()
        .whenComplete(
            (counts, failure) ->
                exchange.onLoop(
                    () ->
                        answer.accept(
                            failure == null
                                ? Optional.of(census.waitingByDependency(counts))
                                : Optional.empty())));
  }

  private void force(Exchange exchange, String verb, Force force) {
    Dependency dependency = named(exchange.parameter("dependency"));
    exchange.object(
        fields -> {
          String reason = fields.text("reason").orElse(verb + " by " + exchange.who());
          if (reason.length() > REASON_CHARS_MAX) {
            fields.problem("reason", "must have at most " + REASON_CHARS_MAX + " characters");
          } else if (reason.chars().anyMatch(Character::isISOControl)) {
            fields.problem("reason", "must be one line without control characters");
          }
          fields.endOrThrow("request");
          force.on(dependency, reason);
          audit.info("{}: {} of dependency {}", exchange.who(), verb, dependency.name());
          show(exchange, dependency);
        });
  }

  private Dependency named(String name) {
    Map<String, Dependency> all = new LinkedHashMap<>();
    redrive.dependencies().forEach(each -> all.put(each.name(), each));
    Dependency named = all.get(name);
    if (named == null) {
      throw Problem.notFound(
              "unknown-dependency",
              "no queue names the dependency `" + name + "`" + Nearest.hint(name, all.keySet()))
          .asException();
    }
    return named;
  }
}
