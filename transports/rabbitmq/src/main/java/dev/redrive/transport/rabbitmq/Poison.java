// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends messages that kill whoever gets them. Nobody can write down that a process is about to be
 * killed, but a quorum queue counts how often it handed a message over and got it back unsettled,
 * begun or not. A classic queue counts nothing, and what comes out of one is never taken for
 * poison.
 *
 * @param handOversMax the message dies instead of being handed over once more; 0 for never
 */
record Poison(int handOversMax) {
  /** What was counted of those that this message is a copy of. */
  static final String HAND_OVERS = "redrive-hand-overs";

  private static final String BROKERS_COUNT = "x-delivery-count";
  private static final String FINGERPRINT = "crashed";

  /** How often a message that arrived was handed over before. */
  static int handOvers(Envelope envelope, AMQP.BasicProperties properties) {
    @Nullable Map<String, Object> headers = properties.getHeaders();
    if (headers == null) {
      return 0;
    }
    // Of one that comes for the first time, the count is that of another queue.
    int here = envelope.isRedeliver() ? Headers.number(headers, BROKERS_COUNT, 0) : 0;
    return here + Math.max(0, Headers.number(headers, HAND_OVERS, 0));
  }

  /** True if the message is to die. */
  boolean isOver(int handOvers) {
    return handOversMax > 0 && handOvers >= handOversMax;
  }

  /**
   * True if the message is half the way there. From then on it is not given back any more, which
   * would count, but copied.
   */
  boolean isNear(int handOvers) {
    return handOversMax > 0 && handOvers >= (handOversMax + 1) / 2;
  }

  /** The death of a message that was handed over too often. */
  Settlement.Dead death(RabbitLease lease, Instant now) {
    int attempts = lease.content().attempts();
    String cause =
        ("handed over %d times and not settled, as RabbitMQ counts: whenever its process or its"
                + " connection ended, begun or not")
            .formatted(lease.handOvers());
    String history = Headers.text(lease.content().headers().get(WireHeaders.HISTORY));
    Transition death = new Transition(now, MessageState.DEAD, attempts, cause);
    return new Settlement.Dead(
        lease,
        Reason.CRASHED,
        cause,
        FINGERPRINT,
        attempts,
        Map.of(WireHeaders.HISTORY, History.append(history, death)));
  }
}
