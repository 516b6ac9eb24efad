// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import java.time.Instant;
import java.util.Map;

/** Messages that differ from others in one thing. */
final class Messages {
  private static final String COPY = "~copy";

  private Messages() {}

  static InMessage counted(InMessage of, int attempt, int crashes) {
    return new InMessage(
        of.lease(),
        of.id(),
        of.key(),
        attempt,
        crashes,
        of.dueAt(),
        of.firstSeen(),
        of.headers(),
        of.body());
  }

  static InMessage timed(InMessage of, Instant dueAt, Instant firstSeen) {
    return new InMessage(
        of.lease(),
        of.id(),
        of.key(),
        of.attempt(),
        of.crashes(),
        dueAt,
        firstSeen,
        of.headers(),
        of.body());
  }

  static InMessage named(InMessage of, String id, String key) {
    return new InMessage(
        of.lease(),
        id,
        key,
        of.attempt(),
        of.crashes(),
        of.dueAt(),
        of.firstSeen(),
        of.headers(),
        of.body());
  }

  static InMessage carrying(InMessage of, Map<String, String> headers, byte[] body) {
    return new InMessage(
        of.lease(),
        of.id(),
        of.key(),
        of.attempt(),
        of.crashes(),
        of.dueAt(),
        of.firstSeen(),
        headers,
        body);
  }

  static OutMessage due(OutMessage of, Instant notBefore) {
    return new OutMessage(of.id(), of.isUnique(), of.key(), notBefore, of.headers(), of.body());
  }

  static OutMessage keyed(OutMessage of, String key) {
    return new OutMessage(of.id(), of.isUnique(), key, of.notBefore(), of.headers(), of.body());
  }

  /** The same under an id that nobody knows; {@link #original} gives the id back. */
  static OutMessage copy(OutMessage of, int number) {
    return new OutMessage(
        of.id() + COPY + number, true, of.key(), of.notBefore(), of.headers(), of.body());
  }

  static InMessage original(InMessage of) {
    int copy = of.id().indexOf(COPY);
    return copy < 0 ? of : named(of, of.id().substring(0, copy), of.key());
  }

  /** A message to be sent from one that was received. */
  static OutMessage again(InMessage of, Instant notBefore, int number) {
    OutMessage same = new OutMessage(of.id(), true, of.key(), notBefore, of.headers(), of.body());
    return copy(same, number);
  }
}
