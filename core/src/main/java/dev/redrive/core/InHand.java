// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Choice;
import dev.redrive.spi.WireHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a worker has in hand and that wait for an attempt, in the order of the queue's
 * {@link Choice}. Guarded by the worker's lock.
 */
final class InHand {
  private static final int PER_SLOT = 2;
  private static final int MEMORY = 16;
  // By so many messages, whatever their size, may the bound of bytes be exceeded.
  private static final int ASKED_MAX = 32;

  private Choice choice;
  private Lineup<Handed> lineup;
  private long bytes;
  // What payloads have; 0 while nothing has come.
  private long average;
  // No two come at once, so that one that comes back stands before those that came after it.
  private long lastCame = Long.MIN_VALUE;

  InHand(Choice choice) {
    this.choice = choice;
    this.lineup = new Lineup<>(choice);
  }

  /** Takes the message in, at the place that it had if it was here before. */
  boolean add(Handed message, long now) {
    Lineup.Place place = message.place();
    if (place == null) {
      lastCame = Math.max(lastCame + 1, now);
      place = place(message, lastCame);
      message.place(place);
    }
    lineup.add(message, place);
    int size = message.in().body().length;
    bytes += size;
    average = average == 0 ? size + 1 : Math.max(1, average + (size - average) / MEMORY);
    return true;
  }

  boolean isEmpty() {
    return lineup.size() == 0;
  }

  /** Takes out the one that comes next; null if there is none. */
  @Nullable Handed poll() {
    Handed next = lineup.poll();
    if (next != null) {
      bytes -= next.in().body().length;
    }
    return next;
  }

  /** Takes out all, in their order. */
  List<Handed> takeAll() {
    List<Handed> all = lineup.takeAll();
    bytes = 0;
    return all;
  }

  /** From now on they come as this has it. */
  void choose(Choice other) {
    if (other.equals(choice)) {
      return;
    }
    Lineup<Handed> changed = new Lineup<>(other);
    choice = other;
    for (Handed message : lineup.takeAll()) {
      Lineup.Place before = message.place();
      Lineup.Place place = place(message, before == null ? lastCame : before.came());
      message.place(place);
      changed.add(message, place);
    }
    lineup = changed;
  }

  private Lineup.Place place(Handed message, long came) {
    return new Lineup.Place(tenant(message), priority(message), came);
  }

  private String tenant(Handed message) {
    if (choice.tenant().isEmpty()) {
      return "";
    }
    String header = choice.tenant().get();
    return header.isEmpty() ? message.in().key() : message.in().headers().getOrDefault(header, "");
  }

  // Other programs may write this header; a broken one counts as absent.
  private static int priority(Handed message) {
    String text = message.in().headers().getOrDefault(WireHeaders.PRIORITY, "");
    boolean isDigit = text.length() == 1 && text.charAt(0) >= '0' && text.charAt(0) <= '9';
    return isDigit ? text.charAt(0) - '0' : Lineup.PRIORITY;
  }

  /** How many messages a worker of so many attempts at once may have, those that run included. */
  int window(int slots) {
    return Math.max(PER_SLOT * slots, choice.messages());
  }

  /**
   * How many of those that are wanted may be asked for: as many as attempts need in any case, and
   * beyond no more than there is room for in bytes, by what payloads had so far. That is a guess,
   * and small ones may be followed by large ones: so only a few are asked for at a time.
   *
   * @param asked for already, and not here yet
   */
  int within(int wanted, int slots, int asked) {
    int needed = PER_SLOT * slots;
    long room = average == 0 ? 0 : (choice.bytes() - bytes) / average;
    long more = Math.min(room, ASKED_MAX) - asked;
    return (int) Math.max(0, Math.min(wanted, Math.max(more, needed - lineup.size() - asked)));
  }
}
