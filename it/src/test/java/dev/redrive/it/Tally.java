// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/**
 * What became of numbered messages, in a few bytes each: a lean account where there are too many
 * for {@link Accounting}. Thread-safe.
 */
final class Tally {
  private final AtomicIntegerArray copies;
  private final AtomicIntegerArray called;
  private final AtomicIntegerArray succeeded;
  private final AtomicInteger settled = new AtomicInteger();
  private final AtomicInteger late = new AtomicInteger();

  Tally(int messages) {
    this.copies = new AtomicIntegerArray(messages);
    this.called = new AtomicIntegerArray(messages);
    this.succeeded = new AtomicIntegerArray(messages);
  }

  /** It is sent, once more perhaps, as nobody knows whether it was stored before. */
  void sent(int message) {
    copies.incrementAndGet(message);
  }

  /** The handler was called. */
  void called(int message) {
    called.incrementAndGet(message);
    if (succeeded.get(message) >= copies.get(message)) {
      late.incrementAndGet();
    }
  }

  /** The engine has said that its success holds. */
  void succeeded(int message) {
    if (succeeded.getAndIncrement(message) == 0) {
      settled.incrementAndGet();
    }
  }

  /** How many messages are settled. */
  int settledCount() {
    return settled.get();
  }

  /** How often a message came though its success was known to hold. */
  int lateCount() {
    return late.get();
  }

  /** How many messages never came. */
  int lostCount() {
    return (int) all().filter(message -> called.get(message) == 0).count();
  }

  /** How many calls there were too many. */
  int duplicateCount() {
    return all().map(message -> Math.max(0, called.get(message) - 1)).sum();
  }

  /** How many copies of messages there may be too many, as their sender could not tell. */
  int copyCount() {
    return all().map(message -> copies.get(message) - 1).sum();
  }

  /** How many messages were settled more often than there are copies of them. */
  int doubleCount() {
    return (int) all().filter(message -> succeeded.get(message) > copies.get(message)).count();
  }

  private IntStream all() {
    return IntStream.range(0, called.length());
  }
}
