// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.testkit.servers.RabbitServer;
import java.time.Duration;

/**
 * RabbitMQ.
 *
 * @param addresses where to connect to
 * @param server a node that is asked for what is left in the queues
 */
record RabbitBroker(String addresses, RabbitServer server) implements Broker {

  @Override
  public String uri() {
    return "amqp://guest:guest@" + addresses + "/?heartbeat=2s";
  }

  @Override
  public boolean marksAttempts() {
    return false;
  }

  @Override
  public boolean fences() {
    return false;
  }

  @Override
  public long waiting(String queue) {
    return server.waiting(".dead");
  }

  @Override
  public Duration oldest() {
    return Duration.ofSeconds(5);
  }

  @Override
  public String left() {
    return "; left:\n"
        + server.control("list_queues", "-q", "name", "messages_ready", "messages", "consumers")
        + server.control("list_channels", "-q", "name", "messages_unacknowledged");
  }
}
