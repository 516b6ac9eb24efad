// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.spi.ForeignFailure;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the messages of a queue went through beside Redrive: what another program wrote down when it
 * gave one up, and what the broker tells of its own doing in {@code x-death}.
 *
 * @param queue the queue
 * @param names what Redrive's own queues are called
 */
record Past(String queue, Names names) {

  /** The name of the queue of its dead letters. */
  String dead() {
    return names.dead(queue);
  }

  /** What another program wrote, if one did. */
  static Optional<ForeignFailure> failure(Map<String, Object> headers) {
    return ForeignFailure.of(Headers.texts(headers));
  }

  /**
   * The history that a message begins with which somebody else sent: a copy of it has no {@code
   * x-death} any more. Empty if nothing is told.
   *
   * @param headers its headers without the broker's
   * @param arrived all its headers
   * @param now when it arrived
   */
  String history(Map<String, Object> headers, Map<String, Object> arrived, Instant now) {
    List<Transition> history = new ArrayList<>();
    failure(headers).ifPresent(failure -> history.add(failure.transition(now)));
    // That it was replayed is written down by who takes it back.
    deaths(arrived).stream()
        .filter(death -> !death.queue().equals(dead()))
        .forEach(death -> history.add(transition(death, 0)));
    return History.write(history);
  }

  /**
   * All that is known of a letter that Redrive did not write: what Redrive knew of the message,
   * what another program did, and then what the broker did, in the order in which it did so last.
   *
   * @param diedAt when the broker says that it died
   */
  List<Transition> told(Wire.Content content, Instant diedAt) {
    List<Transition> known =
        History.parse(Headers.text(content.headers().get(WireHeaders.HISTORY)));
    List<Transition> told =
        new ArrayList<>(
            failure(content.headers()).map(failure -> failure.toldIn(known, diedAt)).orElse(known));
    deaths(content.properties().getHeaders())
        .forEach(death -> told.add(transition(death, content.attempts())));
    if (told.stream().noneMatch(each -> each.to() == MessageState.DEAD)) {
      told.add(new Transition(Instant.EPOCH, MessageState.DEAD, 0, "somebody put it there"));
    }
    return List.copyOf(told);
  }

  /** The deaths that tell of something, the first one first. */
  private List<BrokerDeath> deaths(@Nullable Map<String, Object> headers) {
    List<BrokerDeath> deaths = new ArrayList<>(BrokerDeath.all(headers));
    Collections.reverse(deaths);
    deaths.removeIf(death -> names.isLevel(death.queue()));
    return deaths;
  }

  private Transition transition(BrokerDeath death, int attempts) {
    if (death.queue().equals(dead())) {
      return new Transition(death.at(), MessageState.READY, 0, "replayed" + death.times());
    }
    boolean isDeath = death.queue().equals(queue);
    String what = isDeath ? "dead-lettered it out of " : "moved it on out of ";
    return new Transition(
        death.at(),
        isDeath ? MessageState.DEAD : MessageState.RETRYING,
        attempts,
        "the broker " + what + death.queue() + ": " + death.reason() + death.times());
  }
}
