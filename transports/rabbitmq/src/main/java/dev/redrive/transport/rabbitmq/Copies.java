// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the copies of messages that come again, and those that die.
 *
 * <p>All headers of a message have to fit one frame, and another publisher's may leave little room
 * for Redrive's. Then the copy goes without those that are only told, and with as much of the
 * failure as fits. If not even the others fit, a copy that could be counted cannot be made: the
 * message goes to the dead letters as it came, where a person finds it, and nothing comes round and
 * round.
 */
final class Copies {
  private static final Logger log = LoggerFactory.getLogger(Copies.class);

  /** Nothing follows from these; the first is left out first. */
  private static final List<String> ONLY_TOLD =
      List.of(WireHeaders.HISTORY, WireHeaders.LAST_FAILURE, WireHeaders.LAST_DELAY);

  private final String queue;
  private final RabbitQueue.Shared shared;

  Copies(String queue, RabbitQueue.Shared shared) {
    this.queue = queue;
    this.shared = shared;
  }

  /** A message that comes to this queue again, with some headers added or replaced. */
  Parcel moved(RabbitLease lease, int attempts, Instant dueAt, Map<String, String> changes) {
    AMQP.BasicProperties copy = lease.content().copy(changes);
    Map<String, Object> headers = counter().write(copy.getHeaders());
    Duration delay = Duration.between(now(), dueAt);
    return fitted(
        shared.layout().moved(queue, attempts, delay), lease, copy, new LinkedHashMap<>(headers));
  }

  /** A message for the dead letters. */
  Parcel letter(RabbitLease lease, Settlement.Dead dead) {
    AMQP.BasicProperties letter = shared.deaths().letter(lease, dead, now());
    // The broker replays it as it is, and it is to begin anew then.
    Map<String, Object> headers = counter().without(letter.getHeaders());
    Parcel parcel = fitted(grave(), lease, letter, new LinkedHashMap<>(headers));
    return fits(parcel) ? parcel : asItCame(lease, "died (" + dead.reason().wireName() + ")");
  }

  /** True if the broker would take it, as far as its headers are concerned. */
  boolean fits(Parcel parcel) {
    return excess(parcel) <= 0;
  }

  /** The message for the dead letters, without a word of Redrive's. */
  Parcel asItCame(RabbitLease lease, String what) {
    AMQP.BasicProperties came = lease.content().asItCame();
    log.error(
        "message {} of queue {} {}, and its own headers leave no room to write that into it: it is"
            + " now among the dead letters as it came. Let its sender write less into its headers,"
            + " or raise the broker's frame_max",
        lease.content().id(),
        queue,
        what);
    return parcel(grave(), lease, came, counter().without(Headers.kept(came.getHeaders())));
  }

  private Parcel fitted(
      Parcel.Address address,
      RabbitLease lease,
      AMQP.BasicProperties properties,
      Map<String, Object> headers) {
    Parcel parcel = parcel(address, lease, properties, headers);
    for (String name : ONLY_TOLD) {
      if (fits(parcel)) {
        return parcel;
      }
      headers.remove(name);
      parcel = parcel(address, lease, properties, headers);
    }
    int excess = excess(parcel);
    if (excess > 0 && headers.containsKey(Wire.FAILURE)) {
      String failure = Headers.text(headers.get(Wire.FAILURE));
      headers.put(Wire.FAILURE, failure.substring(0, Math.max(0, failure.length() - excess)));
      parcel = parcel(address, lease, properties, headers);
    }
    return parcel;
  }

  private static Parcel parcel(
      Parcel.Address address,
      RabbitLease lease,
      AMQP.BasicProperties properties,
      Map<String, Object> headers) {
    return new Parcel(
        address, properties.builder().headers(headers).build(), lease.content().body(), false);
  }

  /** How many bytes too many its headers have. */
  private int excess(Parcel parcel) {
    int frameMax = shared.links().present().map(link -> link.publishing().getFrameMax()).orElse(0);
    try {
      return frameMax == 0 ? 0 : parcel.headerSize() - frameMax;
    } catch (IOException malformed) {
      return Integer.MAX_VALUE;
    }
  }

  private Parcel.Address grave() {
    return new Parcel.Address("", shared.names().dead(queue));
  }

  private Counter counter() {
    return shared.layout().counter();
  }

  private Instant now() {
    return shared.environment().clock().instant();
  }
}
