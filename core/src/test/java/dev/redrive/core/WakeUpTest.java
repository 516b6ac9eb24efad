// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.spi.Environment;
import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WakeUpTest {
  private final VirtualTime time = new VirtualTime();
  private final List<Duration> woken = new ArrayList<>();

  private void wake() {
    woken.add(Duration.between(VirtualTime.START, time.instant()));
  }

  private static long in(int seconds) {
    return DueHeap.nanos(VirtualTime.START.plusSeconds(seconds));
  }

  @Test
  void it_wakes_once_at_the_earliest_time_that_was_asked_for() {
    WakeUp wakeUp = WakeUp.byClock(time.environment(1), this::wake);
    for (int seconds : List.of(7, 9, 3, 3, 8)) {
      wakeUp.notAfter(in(seconds));
    }
    assertThat(time.pending()).isEqualTo(1);

    time.advance(Duration.ofHours(1));

    assertThat(woken).containsExactly(Duration.ofSeconds(3));
  }

  @Test
  void woken_it_can_be_asked_again() {
    List<WakeUp> self = new ArrayList<>();
    self.add(
        WakeUp.byClock(
            time.environment(1),
            () -> {
              wake();
              if (woken.size() == 1) {
                self.get(0).notAfter(in(9));
              }
            }));
    self.get(0).notAfter(in(2));

    time.advance(Duration.ofSeconds(9).minusNanos(1));
    assertThat(woken).containsExactly(Duration.ofSeconds(2));
    time.advance(Duration.ofNanos(1));

    assertThat(woken).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(9));
  }

  @Test
  void a_timer_that_fires_although_an_earlier_one_took_its_place_wakes_nobody() {
    Environment uncancellable = BrokenTimers.environment(time, timer -> () -> false);
    WakeUp wakeUp = WakeUp.byClock(uncancellable, this::wake);
    wakeUp.notAfter(in(5));
    wakeUp.notAfter(in(2));

    time.advance(Duration.ofHours(1));

    assertThat(woken).containsExactly(Duration.ofSeconds(2));
  }

  @Test
  void a_timer_that_cannot_be_set_takes_nobodys_place() {
    AtomicBoolean isBroken = new AtomicBoolean();
    Environment breaking =
        BrokenTimers.environment(
            time,
            timer -> {
              if (isBroken.get()) {
                timer.cancel();
                throw new OutOfMemoryError("planned");
              }
              return timer;
            });
    WakeUp wakeUp = WakeUp.byClock(breaking, this::wake);
    wakeUp.notAfter(in(5));
    isBroken.set(true);
    assertThatThrownBy(() -> wakeUp.notAfter(in(2))).hasMessage("planned");
    isBroken.set(false);

    time.advance(Duration.ofSeconds(5));
    assertThat(woken).containsExactly(Duration.ofSeconds(5));
    wakeUp.notAfter(in(9));
    time.advance(Duration.ofSeconds(4));

    assertThat(woken).hasSize(2);
  }

  @Test
  void one_by_the_time_that_passes_does_not_care_what_the_clock_does() {
    WakeUp wakeUp = WakeUp.byElapsed(time.environment(1), this::wake);
    wakeUp.notAfter(time.nanoTime() + Duration.ofSeconds(5).toNanos());

    time.shift(Duration.ofHours(1));
    time.advance(Duration.ofSeconds(5).minusNanos(1));
    assertThat(woken).isEmpty();
    time.shift(Duration.ofHours(-2));
    time.advance(Duration.ofNanos(1));

    assertThat(woken).hasSize(1);
  }
}
