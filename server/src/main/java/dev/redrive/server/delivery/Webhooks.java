// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.delivery;

import dev.redrive.Queue;
import dev.redrive.server.config.DeliverConfig;
import dev.redrive.server.config.QueueReader;
import dev.redrive.server.webhook.AddressPolicy;
import dev.redrive.server.webhook.Destination;
import dev.redrive.server.webhook.DestinationNotAllowedException;
import dev.redrive.server.webhook.WebhookClient;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** Starts the workers that deliver. Thread-safe. */
public final class Webhooks implements AutoCloseable {
  private final WebhookClient client;

  /** Delivers from this Vert.x instance, nowhere yet: {@link #listensAt} says what is ourselves. */
  public Webhooks(Vertx vertx, InstantSource clock) {
    this.client = WebhookClient.builder(vertx, clock.withZone(ZoneOffset.UTC)).build();
  }

  /** Names this server's own address, to which no webhook may lead. */
  public void listensAt(InetSocketAddress address) {
    client.policy(AddressPolicy.builder().ownListener(address).build());
  }

  /**
   * Checks a destination as far as that can be done without a delivery.
   *
   * @throws IllegalArgumentException if no delivery can succeed, saying why
   */
  public void check(DeliverConfig config) {
    Destination destination = QueueReader.destination(config);
    try {
      client.policy().check(destination.url(), destination.allowPrivate());
    } catch (DestinationNotAllowedException e) {
      throw new IllegalArgumentException(
          "deliver.url is not allowed: its address is private or its port unusual; a private one"
              + " needs `allowPrivate: true`",
          e);
    }
  }

  /** Starts to deliver the messages of a queue. */
  public WebhookWorker start(Queue<byte[]> queue, DeliverConfig config) {
    return new WebhookWorker(client, queue, QueueReader.destination(config));
  }

  @Override
  public void close() {
    client.close();
  }
}
