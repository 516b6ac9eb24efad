// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.time.Duration;

/**
 * The bounds of a {@link WebhookClient}. The times count within the timeout of the destination:
 * whichever is shorter ends the delivery.
 *
 * @param inFlight deliveries of the whole client at once; more are refused as overloaded
 * @param connectionsPerHost open connections to one scheme, host and port; deliveries beyond wait
 *     for one
 * @param connect how long looking up the name may take, and then how long opening the socket
 * @param handshake how long agreeing on TLS may take
 * @param firstByte how long the receiver may take from the request to the head of its answer
 * @param retryAfterMax the longest {@code Retry-After} that is believed
 */
public record WebhookLimits(
    int inFlight,
    int connectionsPerHost,
    Duration connect,
    Duration handshake,
    Duration firstByte,
    Duration retryAfterMax) {
  private static final WebhookLimits DEFAULTS =
      new WebhookLimits(
          10_000,
          256,
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofDays(1));

  /** Checks that every bound is positive. */
  public WebhookLimits {
    if (inFlight < 1 || connectionsPerHost < 1) {
      throw new IllegalArgumentException("inFlight and connectionsPerHost must be at least 1");
    }
    positive("connect", connect);
    positive("handshake", handshake);
    positive("firstByte", firstByte);
    positive("retryAfterMax", retryAfterMax);
  }

  /** 10,000 deliveries, 256 connections to a host, 5 s, 5 s, 30 s, 1 day. */
  public static WebhookLimits defaults() {
    return DEFAULTS;
  }

  /** The same with another number of deliveries at once. */
  public WebhookLimits withInFlight(int count) {
    return new WebhookLimits(
        count, connectionsPerHost, connect, handshake, firstByte, retryAfterMax);
  }

  /** The same with another number of connections to a host. */
  public WebhookLimits withConnectionsPerHost(int count) {
    return new WebhookLimits(inFlight, count, connect, handshake, firstByte, retryAfterMax);
  }

  /** The same with other times for looking up, connecting and TLS. */
  public WebhookLimits withConnect(Duration time, Duration tls) {
    return new WebhookLimits(inFlight, connectionsPerHost, time, tls, firstByte, retryAfterMax);
  }

  /** The same with another time for the head of the answer. */
  public WebhookLimits withFirstByte(Duration time) {
    return new WebhookLimits(inFlight, connectionsPerHost, connect, handshake, time, retryAfterMax);
  }

  /** The same with another longest wait that a receiver may ask for. */
  public WebhookLimits withRetryAfterMax(Duration time) {
    return new WebhookLimits(inFlight, connectionsPerHost, connect, handshake, firstByte, time);
  }

  private static void positive(String name, Duration time) {
    if (time.toMillis() < 1) {
      throw new IllegalArgumentException(name + " must be at least 1 ms, not " + time);
    }
  }
}
