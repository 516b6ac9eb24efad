// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Event;
import dev.redrive.Message;
import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueStats;
import dev.redrive.spi.InMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a simulation did, held to the promises at every step. */
final class Ledger {
  private final World world;
  private final int attemptsMax;
  private final List<String> trace = new ArrayList<>();
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, List<String>> keys = new HashMap<>();
  private int told;

  /** One message. */
  private static final class Entry {
    private final Instant due;
    private Instant notBefore;
    private int attempt;
    private int handled;
    private boolean isReplayed;

    Entry(Instant due) {
      this.due = due;
      this.notBefore = due;
    }
  }

  Ledger(World world, int attemptsMax) {
    this.world = world;
    this.attemptsMax = attemptsMax;
  }

  /** Notes something that happened now. */
  void note(String line) {
    trace.add(world.elapsed() + " " + line);
  }

  List<String> trace() {
    return trace;
  }

  void sending(Outgoing<String> message, boolean isAgain) {
    String id = message.id().orElseThrow();
    note("send " + id);
    if (!isAgain) {
      Instant now = world.now();
      entries.put(id, new Entry(message.delay().map(now::plus).orElse(now)));
      message.key().ifPresent(key -> keys.computeIfAbsent(key, k -> new ArrayList<>()).add(id));
    }
  }

  /** The transport hands a message over: its count goes up by one at most, and never down. */
  InMessage handedOver(InMessage in) {
    Entry entry = entry(in.id());
    int last = entry.attempt;
    boolean isFirstOfReplay = in.attempt() == 1 && in.headers().containsKey("redrive-replays");
    assertThat(in.attempt())
        .as("attempt of %s after %d", in.id(), last)
        .satisfiesAnyOf(
            attempt -> assertThat(attempt).isBetween(Math.max(1, last), last + 1),
            attempt -> assertThat(isFirstOfReplay).isTrue());
    assertThat(in.crashes()).isLessThan(in.attempt());
    entry.isReplayed |= isFirstOfReplay;
    entry.attempt = in.attempt();
    return in;
  }

  /** A handler or a consumer has the message. */
  void started(Queue<String> queue, Message<String> message) {
    String id = message.id();
    Entry entry = entry(id);
    listen();
    note("start " + id + " " + message.attempt());
    assertThat(message.attempt()).as("attempt of %s", id).isEqualTo(entry.attempt);
    assertThat(message.attempt()).as("attempts of %s", id).isLessThanOrEqualTo(attemptsMax);
    if (!entry.isReplayed) {
      assertThat(world.now()).as("start of %s", id).isAfterOrEqualTo(entry.due);
      assertThat(world.now()).as("retry of %s", id).isAfterOrEqualTo(entry.notBefore);
    }
    message.key().ifPresent(key -> checkOrder(queue, key, id));
  }

  private void checkOrder(Queue<String> queue, String key, String id) {
    for (String earlier : keys.getOrDefault(key, List.of())) {
      if (earlier.equals(id)) {
        return;
      }
      Optional<MessageStatus> status = queue.find(earlier).toCompletableFuture().join();
      assertThat(status.map(MessageStatus::state))
          .as("%s before %s of %s", earlier, id, key)
          .hasValueSatisfying(
              state -> assertThat(state).isIn(MessageState.SUCCEEDED, MessageState.CANCELLED));
    }
  }

  /** A handler is done with the message, and says so. */
  void handled(Message<String> message) {
    entry(message.id()).handled++;
    note("handled " + message.id());
  }

  private Entry entry(String id) {
    Entry entry = entries.get(id);
    if (entry == null) {
      throw new AssertionError("nobody sent " + id);
    }
    return entry;
  }

  /** After each step: nothing is lost, and what listeners were told makes sense. */
  void check(Queue<String> queue) {
    QueueStats stats = world.stats(queue);
    note("stats " + stats.waiting() + " " + stats.running() + " " + stats.succeeded());
    listen();
    checkSuccesses();
  }

  private void listen() {
    List<Event> events = world.journal().events();
    for (Event event : events.subList(told, events.size())) {
      note(event.toString());
      if (event instanceof Event.Retried retried) {
        entry(retried.id()).notBefore = retried.dueAt();
      }
    }
    told = events.size();
  }

  private void checkSuccesses() {
    Set<String> succeeded = new HashSet<>();
    for (Event.Succeeded event : world.journal().of(Event.Succeeded.class)) {
      assertThat(succeeded.add(event.id())).as("%s succeeds once", event.id()).isTrue();
    }
  }

  /** At the end each message is in a final state, and the counts are those of the messages. */
  void checkEnd(Queue<String> queue, QueueStats stats, boolean isCalm) {
    Map<MessageState, Integer> states = new HashMap<>();
    for (String id : entries.keySet()) {
      MessageStatus status = world.find(queue, id).orElseThrow();
      assertThat(status.state().isFinal()).as("%s is at its end", status).isTrue();
      states.merge(status.state(), 1, Integer::sum);
    }
    assertThat(stats.sent()).isEqualTo(entries.size());
    assertThat(states.getOrDefault(MessageState.SUCCEEDED, 0)).isEqualTo((int) stats.succeeded());
    assertThat(states.getOrDefault(MessageState.DEAD, 0)).isEqualTo((int) stats.dead());
    assertThat(states.getOrDefault(MessageState.CANCELLED, 0))
        .isEqualTo((int) (stats.cancelled() + stats.purged()));
    if (isCalm) {
      entries.forEach(
          (id, entry) -> assertThat(entry.handled).as("%s is handled once", id).isLessThan(2));
    }
  }
}
