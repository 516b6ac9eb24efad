// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * What is known of one message. Times that never came are {@link Instant#MAX}. Thread-safe; what is
 * read is read when nothing changes any more.
 */
final class Account {
  /** What a broker says that it has taken, or has handed on, it has on its disk so much later. */
  private static final Duration WRITTEN_MAX = Duration.ofMillis(500);

  private Instant tried = Instant.MAX;
  private Instant due = Instant.MAX;
  private Instant acknowledged = Instant.MAX;
  private final List<Call> calls = new ArrayList<>();
  private final List<Failed> failures = new ArrayList<>();

  /** A send that failed, and may be stored all the same. */
  private record Failed(Instant from, Instant to) {}

  /** One call of the handler. */
  private static final class Call {
    final int attempt;
    final Instant began;
    Instant returned = Instant.MAX;
    Instant settled = Instant.MAX;

    Call(int attempt, Instant began) {
      this.attempt = attempt;
      this.began = began;
    }

    @Override
    public String toString() {
      return attempt + " from " + began + " to " + returned + ", settled " + settled;
    }
  }

  synchronized void trying(Instant at, Instant dueAt) {
    // It is sent again under the same id, and any of these copies may be the one that comes.
    if (at.isBefore(tried)) {
      tried = at;
    }
    if (dueAt.isBefore(due)) {
      due = dueAt;
    }
  }

  synchronized boolean acknowledged(Instant at) {
    boolean isFirst = acknowledged.equals(Instant.MAX);
    acknowledged = isFirst ? at : acknowledged;
    return isFirst;
  }

  synchronized void unanswered(Instant from, Instant to) {
    failures.add(new Failed(from, to));
  }

  synchronized void called(int attempt, Instant at) {
    calls.add(new Call(attempt, at));
  }

  synchronized void returned(int attempt, Instant at) {
    for (Call call : calls) {
      if (call.attempt == attempt && call.returned.equals(Instant.MAX)) {
        call.returned = at;
        return;
      }
    }
  }

  // Of several calls of one attempt, the later ones came because an earlier one was not settled.
  synchronized void settled(int attempt, Instant at) {
    for (int i = calls.size() - 1; i >= 0; i--) {
      Call call = calls.get(i);
      if (call.attempt == attempt && call.settled.equals(Instant.MAX)) {
        call.settled = at;
        return;
      }
    }
  }

  synchronized boolean isAcknowledged() {
    return !acknowledged.equals(Instant.MAX);
  }

  synchronized boolean isTried() {
    return !tried.equals(Instant.MAX);
  }

  /** Whether an attempt of this number or a later one was called and returned. */
  synchronized boolean hasReturned(int attempt) {
    return calls.stream().anyMatch(call -> call.attempt >= attempt && isKnown(call.returned));
  }

  synchronized int callCount() {
    return calls.size();
  }

  /**
   * Whether each attempt of it was settled once, and none after the one that ended it.
   *
   * @param isEnd whether an attempt of this number ends it
   */
  synchronized boolean isSettledOnce(IntPredicate isEnd) {
    // Each send that failed may be a message of its own.
    if (!failures.isEmpty()) {
      return true;
    }
    List<Call> done =
        calls.stream()
            .filter(call -> isKnown(call.settled))
            .sorted(Comparator.comparing(call -> call.began))
            .toList();
    return isRising(done)
        && done.stream()
            .limit(Math.max(0, done.size() - 1))
            .noneMatch(call -> isEnd.test(call.attempt));
  }

  /** How many copies of the message there must have been beyond the one that was sent. */
  synchronized int extraCopies() {
    Map<Integer, Integer> times = new TreeMap<>();
    calls.forEach(call -> times.merge(call.attempt, 1, Integer::sum));
    return times.values().stream().mapToInt(Integer::intValue).max().orElse(1) - 1;
  }

  /** An attempt that came before the one before it; empty if there is none. */
  synchronized OptionalInt gap() {
    int highest = 0;
    for (Call call : calls) {
      if (call.attempt > highest + 1) {
        return OptionalInt.of(call.attempt);
      }
      highest = Math.max(highest, call.attempt);
    }
    return OptionalInt.empty();
  }

  /** Whether the numbers of the attempts only rise. */
  synchronized boolean isRising() {
    return isRising(calls);
  }

  private static boolean isRising(List<Call> calls) {
    for (int i = 1; i < calls.size(); i++) {
      if (calls.get(i).attempt <= calls.get(i - 1).attempt) {
        return false;
      }
    }
    return true;
  }

  /** By how much the earliest of the attempts came too early; zero if none did. */
  synchronized Duration earliness(Plan plan) {
    Duration worst = Duration.ZERO;
    for (Call call : calls) {
      Instant earliest =
          call.attempt == 1
              ? due
              : after(settledReturn(call.attempt - 1, call.began), plan.pause(call.attempt - 1));
      if (call.began.isBefore(earliest) && isKnown(earliest)) {
        Duration early = Duration.between(call.began, earliest);
        worst = early.compareTo(worst) > 0 ? early : worst;
      }
    }
    return worst;
  }

  private static Instant after(Instant at, Duration pause) {
    return isKnown(at) ? at.plus(pause) : at;
  }

  // What was not settled was cut off, and no pause is promised after that. Or its settlement had no
  // answer and was stored all the same: then the next attempt may be of that, though this one was
  // made again and settled later.
  private Instant settledReturn(int attempt, Instant before) {
    List<Call> earlier =
        calls.stream()
            .filter(call -> call.attempt == attempt && call.began.isBefore(before))
            .toList();
    if (earlier.stream().anyMatch(call -> !isKnown(call.settled))) {
      return Instant.MAX;
    }
    return earlier.stream().map(call -> call.returned).min(Instant::compareTo).orElse(Instant.MAX);
  }

  /**
   * How many of its copies came without a reason. Each must have been called after something was
   * cut off that had left one copy of it in doubt, and each such doubt explains one copy.
   */
  synchronized int unexplained(List<Window> cuts) {
    Map<Integer, List<Call>> byAttempt = new TreeMap<>();
    calls.forEach(
        call -> byAttempt.computeIfAbsent(call.attempt, each -> new ArrayList<>()).add(call));
    return byAttempt.values().stream().mapToInt(same -> unexplained(same, cuts)).max().orElse(0);
  }

  private int unexplained(List<Call> same, List<Window> cuts) {
    int unexplained = 0;
    List<Call> extra = same.subList(1, same.size());
    for (int i = 0; i < extra.size(); i++) {
      Instant came = extra.get(i).began;
      int before =
          failedSends(cuts, came)
              + cuts.stream()
                  .filter(cut -> !cut.from().isAfter(came))
                  .mapToInt(cut -> doubts(cut, cuts))
                  .sum();
      if (before < i + 1 - unexplained) {
        unexplained++;
      }
    }
    return unexplained;
  }

  /** How many copies all these may have made of it. */
  synchronized int doubts(List<Window> cuts) {
    return failedSends(cuts, Instant.MAX) + cuts.stream().mapToInt(cut -> doubts(cut, cuts)).sum();
  }

  // Those that failed because a connection was lost are in doubt by that already.
  private int failedSends(List<Window> cuts, Instant until) {
    return (int)
        failures.stream()
            .filter(send -> send.from.isBefore(until))
            .filter(
                send ->
                    cuts.stream()
                        .noneMatch(
                            cut -> cut.reach() == Reach.SENDS && cut.meets(send.from, send.to)))
            .count();
  }

  private int doubts(Window cut, List<Window> all) {
    return switch (cut.reach()) {
      case SENDS -> cut.meets(tried, acknowledged) ? 1 : 0;
      case ATTEMPTS -> (int) calls.stream().filter(call -> isCutOff(call, cut, all)).count();
      case BROKER -> forgotten(cut) + (isWaiting(cut) ? 1 : 0);
    };
  }

  // What is never settled was so because of the first cut that it did not outlast.
  private static boolean isCutOff(Call call, Window cut, List<Window> all) {
    return !isKnown(call.settled)
        && all.stream()
            .filter(each -> each.reach() == Reach.ATTEMPTS)
            .filter(each -> !each.to().isBefore(call.began))
            .findFirst()
            .filter(first -> first.equals(cut))
            .isPresent();
  }

  // A broker that dies may forget that it has taken an acknowledgement; a connection may not.
  private int forgotten(Window kill) {
    return (int)
        calls.stream()
            .filter(call -> isKnown(call.settled))
            .filter(call -> kill.meets(call.began, call.settled.plus(WRITTEN_MAX)))
            .count();
  }

  // Whether it was on its way from queue to queue.
  private boolean isWaiting(Window kill) {
    if (due.isAfter(tried) && kill.meets(tried, arrival(1))) {
      return true;
    }
    return calls.stream()
        .anyMatch(
            call -> isKnown(call.returned) && kill.meets(call.returned, arrival(call.attempt + 1)));
  }

  // A last attempt is followed by none, and then nothing waits.
  private Instant arrival(int attempt) {
    return calls.stream()
        .filter(call -> call.attempt == attempt)
        .map(call -> call.began.plus(WRITTEN_MAX))
        .min(Instant::compareTo)
        .orElse(Instant.MIN);
  }

  /** What happened to it, and when, for whoever looks into a failure. */
  @Override
  public synchronized String toString() {
    return "tried %s, due %s, acknowledged %s, attempts %s"
        .formatted(tried, due, acknowledged, calls);
  }

  private static boolean isKnown(Instant at) {
    return !at.equals(Instant.MAX);
  }
}
