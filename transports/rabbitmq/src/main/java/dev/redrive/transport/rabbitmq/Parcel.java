// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.TransportException;
import dev.redrive.spi.PublishResult;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A message on its way to the broker, until it is confirmed or will never be. Its counts are used
 * by the publisher's loop alone.
 */
final class Parcel {
  private final Address address;
  private final AMQP.BasicProperties properties;
  private final byte[] body;
  private final boolean isSentAgain;
  private final CompletableFuture<Fate> fate = new CompletableFuture<>();
  private int refusals;
  private boolean isReturned;

  /**
   * Where a message is published to.
   *
   * @param exchange the exchange; empty for the default one
   * @param routingKey the routing key
   */
  record Address(String exchange, String routingKey) {}

  /** What became of a parcel. */
  enum Fate {
    /** The broker has it durably. */
    CONFIRMED,
    /** The broker had nowhere to put it. */
    UNROUTABLE,
    /** The broker did not take it several times, or closed the channel on it. */
    REFUSED,
    /** The link was lost before the broker confirmed it; it may have it. */
    UNKNOWN;

    /**
     * What is told to who sent it.
     *
     * @throws TransportException unless the broker has it
     */
    PublishResult result(String queue) {
      return switch (this) {
        case CONFIRMED -> PublishResult.Accepted.INSTANCE;
        case UNROUTABLE ->
            throw new TransportException(
                "RabbitMQ has no queue " + queue + " any more; provision it again");
        case REFUSED ->
            throw new TransportException(
                "RabbitMQ refused a message of queue "
                    + queue
                    + "; is the queue full, or the message too large?");
        case UNKNOWN ->
            throw new TransportException(
                "the connection was lost before RabbitMQ confirmed a message of queue "
                    + queue
                    + "; it may be stored");
      };
    }
  }

  /**
   * @param isSentAgain true if it is to be sent again over the next link when this one is lost
   */
  Parcel(Address address, AMQP.BasicProperties properties, byte[] body, boolean isSentAgain) {
    this.address = address;
    this.properties = properties;
    this.body = body;
    this.isSentAgain = isSentAgain;
  }

  Address address() {
    return address;
  }

  AMQP.BasicProperties properties() {
    return properties;
  }

  byte[] body() {
    return body;
  }

  boolean isSentAgain() {
    return isSentAgain;
  }

  /** Whether the broker takes its headers. Those of new messages were looked at. */
  boolean fits(int frameMax) {
    if (isSentAgain || frameMax == 0) {
      return true;
    }
    try {
      return headerSize() <= frameMax;
    } catch (IOException malformed) {
      return false;
    }
  }

  /**
   * How many bytes the frame of its headers has.
   *
   * @throws IOException if the protocol has no words for them
   */
  int headerSize() throws IOException {
    return properties.toFrame(0, body.length).size();
  }

  /** Completes on a thread of the transport. */
  CompletionStage<Fate> fate() {
    return fate;
  }

  void end(Fate outcome) {
    fate.complete(outcome);
  }

  /** It is being sent, perhaps again. */
  void sent() {
    isReturned = false;
  }

  /** The broker could not route it. */
  void returned() {
    isReturned = true;
  }

  boolean isReturned() {
    return isReturned;
  }

  /** One refusal more; how many there were. */
  int refused() {
    return ++refusals;
  }
}
