// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.Timers;
import dev.redrive.testkit.Poll;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On a real thread, because how it sleeps is the point. */
class HeapTimersTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration HOUR = Duration.ofHours(1);

  private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);
  private final InstantSource clock = () -> Instant.now().plus(shift.get());
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final HeapTimers timers = new HeapTimers(clock, System::nanoTime, this::daemon);

  private Thread daemon(Runnable loop) {
    Thread made = new Thread(loop, "timers-under-test");
    made.setDaemon(true);
    threads.add(made);
    return made;
  }

  @AfterEach
  void close() {
    timers.close();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_hundred_thousand_timers_all_fire_and_none_early() throws InterruptedException {
    int count = 100_000;
    Random random = new Random(1);
    Instant start = clock.instant().plusMillis(20);
    List<Instant> order = Collections.synchronizedList(new ArrayList<>(count));
    AtomicInteger early = new AtomicInteger();
    CountDownLatch fired = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      Instant due = start.plusNanos(random.nextInt(1_500_000_000));
      timers.at(
          due,
          () -> {
            if (clock.instant().isBefore(due)) {
              early.incrementAndGet();
            }
            order.add(due);
            fired.countDown();
          });
    }
    // What is set while others fire already may come behind them, but never before its own time.
    await(fired);

    assertThat(early).hasValue(0);
    assertThat(order).hasSize(count);
  }

  @Test
  void what_is_set_beforehand_fires_in_exactly_the_order_of_its_times()
      throws InterruptedException {
    Random random = new Random(2);
    Instant start = clock.instant().plus(HOUR);
    List<Instant> dues = new ArrayList<>();
    List<Instant> order = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch fired = new CountDownLatch(5_000);
    for (int i = 0; i < 5_000; i++) {
      Instant due = start.plusNanos(random.nextInt(100_000_000));
      dues.add(due);
      timers.at(
          due,
          () -> {
            order.add(due);
            fired.countDown();
          });
    }

    shift.set(HOUR.plusSeconds(1));
    await(fired);

    Collections.sort(dues);
    assertThat(order).isEqualTo(dues);
  }

  @Test
  void an_earlier_timer_wakes_the_thread_from_a_longer_sleep() throws InterruptedException {
    timers.at(clock.instant().plusSeconds(3_600), () -> {});
    CountDownLatch fired = new CountDownLatch(1);
    Instant due = clock.instant().plusMillis(5);

    timers.at(due, fired::countDown);

    await(fired);
    assertThat(clock.instant()).isAfterOrEqualTo(due);
  }

  @Test
  void a_clock_that_jumps_forward_is_noticed() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    timers.at(clock.instant().plusSeconds(3_600), fired::countDown);

    shift.set(Duration.ofHours(2));

    await(fired);
  }

  @Test
  void a_clock_that_jumps_back_makes_nothing_early() throws InterruptedException {
    Instant due = clock.instant().plusMillis(300);
    AtomicReference<Instant> firedAt = new AtomicReference<>();
    CountDownLatch fired = new CountDownLatch(1);
    timers.at(
        due,
        () -> {
          firedAt.set(clock.instant());
          fired.countDown();
        });

    shift.set(Duration.ofSeconds(-1));

    await(fired);
    assertThat(firedAt.get()).isAfterOrEqualTo(due);
  }

  @Test
  void a_time_to_wait_is_the_same_whatever_the_clock_does() throws InterruptedException {
    long began = timers.nanoTime();
    AtomicReference<Long> waited = new AtomicReference<>();
    CountDownLatch fired = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    timers.after(HOUR, never::countDown);
    timers.after(
        Duration.ofMillis(300),
        () -> {
          waited.set(timers.nanoTime() - began);
          fired.countDown();
        });

    shift.set(HOUR.multipliedBy(2));
    CountDownLatch byClock = new CountDownLatch(1);
    timers.at(clock.instant(), byClock::countDown);
    await(byClock);
    shift.set(HOUR.negated());

    await(fired);
    assertThat(waited.get()).isGreaterThanOrEqualTo(300_000_000L);
    assertThat(never.getCount()).isEqualTo(1);
  }

  @Test
  void a_time_that_has_passed_already_is_not_waited_for() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(2);

    timers.after(Duration.ofDays(-1), fired::countDown);
    timers.after(Duration.ofSeconds(Long.MIN_VALUE), fired::countDown);

    await(fired);
  }

  @Test
  void both_kinds_are_cancelled_and_closed_alike() {
    Timers.Timer wait = timers.after(HOUR, () -> {});
    Timers.Timer endless = timers.after(Duration.ofSeconds(Long.MAX_VALUE), () -> {});

    assertThat(wait.cancel()).isTrue();
    assertThat(wait.cancel()).isFalse();
    timers.close();
    assertThat(endless.cancel()).isFalse();
  }

  @Test
  void a_time_before_all_times_is_due_at_once_and_one_after_all_never()
      throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    timers.at(Instant.MAX, () -> fired.countDown());

    timers.at(Instant.MIN, () -> fired.countDown());

    await(fired);
  }

  @Test
  void a_cancelled_timer_does_not_fire_and_says_so_once() throws InterruptedException {
    AtomicInteger fired = new AtomicInteger();
    Instant due = clock.instant().plus(HOUR);
    Timers.Timer cancelled = timers.at(due, fired::incrementAndGet);
    CountDownLatch after = new CountDownLatch(1);
    Timers.Timer kept = timers.at(due.plusMillis(1), after::countDown);

    assertThat(cancelled.cancel()).isTrue();
    assertThat(cancelled.cancel()).isFalse();
    shift.set(HOUR.plusSeconds(1));

    await(after);
    assertThat(fired).hasValue(0);
    assertThat(kept.cancel()).isFalse();
  }

  @Test
  void an_action_that_throws_anything_stops_no_other() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    Instant due = clock.instant().plusMillis(5);
    timers.at(
        due,
        () -> {
          throw new IllegalStateException("planned");
        });
    timers.at(
        due,
        () -> {
          throw new StackOverflowError("planned");
        });

    timers.at(due.plusMillis(1), fired::countDown);

    await(fired);
  }

  @Test
  void a_stray_interrupt_changes_nothing() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    timers.at(clock.instant().plusMillis(100), fired::countDown);

    threads.get(0).interrupt();

    await(fired);
  }

  @Test
  void closing_ends_the_thread_and_what_is_pending_with_it() {
    AtomicInteger fired = new AtomicInteger();
    timers.at(clock.instant().plus(HOUR), fired::incrementAndGet);

    timers.close();
    shift.set(HOUR.plusSeconds(1));

    Poll.until("the end of the thread", LONG, () -> !threads.get(0).isAlive());
    assertThat(fired).hasValue(0);
    assertThat(timers.at(clock.instant(), fired::incrementAndGet).cancel()).isFalse();
    assertThat(fired).hasValue(0);
  }

  @Test
  void closing_from_an_action_stops_those_due_with_it() throws InterruptedException {
    AtomicInteger fired = new AtomicInteger();
    Instant due = clock.instant().plusMillis(100);
    CountDownLatch closed = new CountDownLatch(1);
    timers.at(
        due,
        () -> {
          timers.close();
          closed.countDown();
        });
    timers.at(due, fired::incrementAndGet);

    await(closed);

    Poll.until("the end of the thread", LONG, () -> !threads.get(0).isAlive());
    assertThat(fired).hasValue(0);
  }
}
