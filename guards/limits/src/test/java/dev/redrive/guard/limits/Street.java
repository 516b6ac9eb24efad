// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

import dev.redrive.gate.Answer;
import dev.redrive.gate.Candidate;
import dev.redrive.gate.Gate;
import dev.redrive.gate.GateFactory;
import dev.redrive.gate.GateTime;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages that come to a gate on virtual time, and come back whenever they were told to. */
final class Street {
  final VirtualTime time = new VirtualTime();
  final Gate gate;
  final List<Passed> passed = new ArrayList<>();
  private final Map<String, Integer> asked = new HashMap<>();
  private Duration attempts = Duration.ofMillis(1);
  private int running;
  private int runningMost;

  /** A message that went through. */
  record Passed(String id, String key, long waitedNanos, long atNanos) {}

  Street(GateFactory factory) {
    gate = factory.create("orders", new GateTime(time, time::nanoTime));
  }

  /** How long each attempt takes from now on. */
  Street attemptsTake(Duration duration) {
    attempts = duration;
    return this;
  }

  /** So many come now, one after another. */
  void come(String key, int count) {
    for (int i = 0; i < count; i++) {
      arrive(key, 1);
    }
  }

  /** One comes every so often, so many in all. */
  void stream(String key, Duration every, int count) {
    for (int i = 0; i < count; i++) {
      time.after(every.multipliedBy(i), () -> arrive(key, 1));
    }
  }

  /** So many retries come now. */
  void comeAgain(String key, int count) {
    for (int i = 0; i < count; i++) {
      arrive(key, 2);
    }
  }

  private void arrive(String key, int attempt) {
    ask(candidate(key + "-" + asked.size(), key, attempt), time.nanoTime());
  }

  static Candidate candidate(String id, String key, int attempt) {
    Optional<String> some = key.isEmpty() ? Optional.empty() : Optional.of(key);
    return new Candidate("orders", id, some, attempt, Map.of("tenant", key));
  }

  private void ask(Candidate candidate, long came) {
    asked.merge(candidate.id(), 1, Integer::sum);
    Answer answer = gate.ask(candidate);
    if (answer instanceof Answer.Wait wait) {
      time.after(wait.time(), () -> ask(candidate, came));
      return;
    }
    long now = time.nanoTime();
    passed.add(new Passed(candidate.id(), candidate.key().orElse(""), now - came, now));
    running++;
    runningMost = Math.max(runningMost, running);
    time.after(attempts, () -> end((Answer.Pass) answer));
  }

  private void end(Answer.Pass pass) {
    running--;
    pass.permit().succeeded(attempts);
  }

  int runningMost() {
    return runningMost;
  }

  int askedMost() {
    return asked.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  double askedMean() {
    return asked.values().stream().mapToInt(Integer::intValue).average().orElse(0);
  }

  /** The 99th percentile of what messages of these keys waited. */
  Duration waitedP99(String keyPrefix) {
    long[] waited =
        passed.stream()
            .filter(each -> each.key().startsWith(keyPrefix))
            .mapToLong(Passed::waitedNanos)
            .sorted()
            .toArray();
    return Duration.ofNanos(waited[(int) Math.ceil(0.99 * waited.length) - 1]);
  }

  /** The most that went through in any stretch of this length. */
  int mostWithin(Duration stretch) {
    int most = 0;
    int first = 0;
    for (int last = 0; last < passed.size(); last++) {
      while (passed.get(last).atNanos() - passed.get(first).atNanos() >= stretch.toNanos()) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}
