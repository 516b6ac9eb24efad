// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.InMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What an ordered queue should hold: the messages that have not ended, in the order sent. */
final class LinesModel {
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  enum State {
    WAITING,
    RUNNING,
    DEAD
  }

  /** A message that has not ended. */
  static final class Entry {
    private final String id;
    private final String key;
    private State state = State.WAITING;
    private Instant due;
    private Optional<InMessage> delivery = Optional.empty();

    private Entry(String id, String key, Instant due) {
      this.id = id;
      this.key = key;
      this.due = due;
    }

    String id() {
      return id;
    }

    InMessage delivery() {
      return delivery.orElseThrow();
    }
  }

  void sent(String id, String key, Instant due) {
    entries.put(id, new Entry(id, key, due));
  }

  /** True if it must be handed over as soon as somebody asks. */
  boolean isEligible(Entry entry, Instant now) {
    return entry.state == State.WAITING && !entry.due.isAfter(now) && isHead(entry);
  }

  private boolean isHead(Entry entry) {
    return entry.key.isEmpty()
        || entries.values().stream()
            .filter(each -> each.key.equals(entry.key))
            .findFirst()
            .equals(Optional.of(entry));
  }

  List<String> eligible(Instant now) {
    return entries.values().stream()
        .filter(entry -> isEligible(entry, now))
        .map(Entry::id)
        .toList();
  }

  /** A message was handed over, which must be one that may be. */
  void arrived(InMessage message, Instant now) {
    Optional<Entry> known = Optional.ofNullable(entries.get(message.id()));
    assertThat(known).as("%s had ended", message.id()).isPresent();
    Entry entry = known.orElseThrow();
    assertThat(entry.state).as("%s", message.id()).isEqualTo(State.WAITING);
    assertThat(entry.due).as("%s is early", message.id()).isBeforeOrEqualTo(now);
    assertThat(isHead(entry)).as("%s is not the first of %s", message.id(), order(entry)).isTrue();
    entry.state = State.RUNNING;
    entry.delivery = Optional.of(message);
  }

  private List<String> order(Entry entry) {
    return entries.values().stream()
        .filter(each -> each.key.equals(entry.key))
        .map(each -> each.id + " " + each.state)
        .toList();
  }

  /** It waits again, and keeps its place in line. */
  void waits(Entry entry, Instant due) {
    entry.state = State.WAITING;
    entry.due = due;
    entry.delivery = Optional.empty();
  }

  void died(Entry entry) {
    entry.state = State.DEAD;
  }

  void ended(Entry entry) {
    entries.remove(entry.id);
  }

  /** Nobody has a lease any more. */
  void leasesEnded() {
    entries.values().stream()
        .filter(entry -> entry.state == State.RUNNING)
        .forEach(entry -> waits(entry, entry.due));
  }

  Optional<Entry> any(State state, Random random) {
    List<Entry> found = all(state);
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(found.get(random.nextInt(found.size())));
  }

  List<Entry> all(State state) {
    return new ArrayList<>(
        entries.values().stream().filter(entry -> entry.state == state).toList());
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }
}
