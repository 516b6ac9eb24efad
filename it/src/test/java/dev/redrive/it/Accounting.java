// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Keeps the books over messages that are sent and handled while things break.
 *
 * <p>A send ends acknowledged, or its sender cannot tell; both are legal. What must come out is the
 * model of Jepsen's {@code total-queue} checker: nothing acknowledged is lost, nothing comes that
 * nobody sent, and what comes more often than once is no more than the faults explain. Thread-safe.
 */
final class Accounting {
  private final Set<String> tried = ConcurrentHashMap.newKeySet();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Map<String, List<Integer>> attempts = new ConcurrentHashMap<>();
  private final Set<String> succeeded = ConcurrentHashMap.newKeySet();

  /** A message is about to be sent; said before, so that its coming is no surprise. */
  void trying(String id) {
    tried.add(id);
  }

  /** The sender was told that the message is safe. */
  void acknowledged(String id) {
    acknowledged.add(id);
  }

  /** The handler was called. */
  void attempted(String id, int attempt) {
    attempts.computeIfAbsent(id, each -> new CopyOnWriteArrayList<>()).add(attempt);
  }

  /** The handler is about to say that it has done the message. */
  void succeeded(String id) {
    succeeded.add(id);
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  /** Whether all that was acknowledged has been done. */
  boolean isSettled() {
    return succeeded.containsAll(acknowledged);
  }

  /** Calls of the handler that came after it had done the message once. */
  long duplicates(int failingCalls) {
    long calls = attempts.values().stream().mapToLong(List::size).sum();
    return calls - failingCalls - succeeded.size();
  }

  void verify() {
    Set<String> lost = new TreeSet<>(acknowledged);
    lost.removeAll(succeeded);
    assertThat(lost).as("acknowledged and never done").isEmpty();

    Set<String> unexpected = new TreeSet<>(attempts.keySet());
    unexpected.removeAll(tried);
    assertThat(unexpected).as("handled and never sent").isEmpty();

    attempts.forEach(
        (id, numbers) ->
            assertThat(numbers)
                .as("attempts of %s: each has its own number, and numbers only rise", id)
                .isSorted()
                .doesNotHaveDuplicates());
  }
}
