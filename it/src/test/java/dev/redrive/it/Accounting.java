// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps the books over messages that are sent and handled while things break; {@link Audit} says
 * whether they balance. Thread-safe.
 */
final class Accounting implements Witness {
  private final Plan plan;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private final List<String> wrongs = new CopyOnWriteArrayList<>();
  private final List<Window> cuts = new CopyOnWriteArrayList<>();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger handled = new AtomicInteger();
  private final AtomicInteger settled = new AtomicInteger();

  Accounting(Plan plan) {
    this.plan = plan;
  }

  private Account account(String id) {
    return accounts.computeIfAbsent(id, each -> new Account());
  }

  /** A message is about to be sent; said before, so that its coming is no surprise. */
  void trying(String id, Instant at, Instant dueAt) {
    account(id).trying(at, dueAt);
  }

  /** The sender was told that the message is safe. */
  void acknowledged(String id, Instant at) {
    if (account(id).acknowledged(at)) {
      acknowledged.incrementAndGet();
    }
  }

  /** The sender was told that it cannot be told, and sends it again. */
  void unanswered(String id, Instant from, Instant to) {
    account(id).unanswered(from, to);
  }

  @Override
  public void called(String id, int attempt, Instant at) {
    account(id).called(attempt, at);
    if (attempt == 1) {
      handled.incrementAndGet();
    }
  }

  @Override
  public void returned(String id, int attempt, Instant at) {
    account(id).returned(attempt, at);
  }

  @Override
  public void settled(String id, int attempt, Instant at) {
    account(id).settled(attempt, at);
    settled.incrementAndGet();
  }

  @Override
  public void cut(Window window) {
    cuts.add(window);
  }

  @Override
  public void wrong(String what) {
    wrongs.add(what);
  }

  int acknowledgedCount() {
    return acknowledged.get();
  }

  /** How many attempts have been settled. */
  int settledCount() {
    return settled.get();
  }

  /** About how many messages are sent and not handled yet. */
  int backlog() {
    return acknowledged.get() - handled.get();
  }

  /** Whether all that was acknowledged has met its end. */
  boolean isDone() {
    return accounts.entrySet().stream()
        .filter(entry -> entry.getValue().isAcknowledged())
        .allMatch(entry -> hasEnded(entry.getKey(), entry.getValue()));
  }

  /** Whether the last attempt of the plan, or a later one after a crash, has returned. */
  boolean hasEnded(String id, Account account) {
    return account.hasReturned(plan.end(id).attempts());
  }

  Plan plan() {
    return plan;
  }

  /** What is known of each message, by its id. */
  Map<String, Account> accounts() {
    return new TreeMap<>(accounts);
  }

  /** What was cut off, in the order of its beginning. */
  List<Window> cuts() {
    return cuts.stream().sorted(Comparator.comparing(Window::from)).toList();
  }

  List<String> wrongs() {
    return List.copyOf(wrongs);
  }
}
