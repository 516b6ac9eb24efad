// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.support.Api;
import dev.redrive.testkit.Poll;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Vert.x instance and the clients on it for one test; the clock stands still. */
final class WebhookFixture implements AfterEachCallback {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** Longer than any test's patience, so that no deadline hides a delivery that hangs. */
  private static final Duration FOREVER = Duration.ofMinutes(10);

  private final Vertx vertx = Vertx.vertx();

  Vertx vertx() {
    return vertx;
  }

  WebhookClientBuilder builder() {
    return WebhookClient.builder(vertx, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  WebhookClient client() {
    return builder().build();
  }

  static DestinationBuilder to(String url) {
    return Destination.to(url).secret(SECRET).allowPrivate(true).timeout(FOREVER);
  }

  static OutgoingRequest message() {
    return message(Map.of());
  }

  static OutgoingRequest message(Map<String, String> headers) {
    return new OutgoingRequest(
        "msg_1", "application/json", headers, "{\"n\":1}".getBytes(StandardCharsets.UTF_8));
  }

  static CompletableFuture<Outcome> start(WebhookClient client, Destination destination) {
    return client.deliver(destination, message(), Optional.empty()).toCompletableFuture();
  }

  static Outcome deliver(WebhookClient client, Destination destination) {
    return await(start(client, destination));
  }

  static Outcome await(CompletableFuture<Outcome> outcome) {
    try {
      return outcome.get(Api.BOUND.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no outcome", e);
    }
  }

  static DeliveryException failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).cause();
  }

  /** Waits until the condition holds, or fails. */
  static void until(BooleanSupplier condition) {
    Poll.until("the condition", Api.BOUND, condition);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(Api.BOUND.toSeconds(), TimeUnit.SECONDS);
  }
}
