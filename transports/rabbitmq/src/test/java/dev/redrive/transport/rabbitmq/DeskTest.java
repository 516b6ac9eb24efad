// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Address;
import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.RealTime;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.testkit.servers.RabbitServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that the broker does not answer, on virtual time with real threads. */
class DeskTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final int MANY = 100;

  private final RealTime real = new RealTime(1);
  private final VirtualTime time = new VirtualTime();
  private final Environment environment =
      time.environment(1, real.environment().executor(), real.environment().threads());
  private Link link;
  private Desk desk;

  @BeforeEach
  void open() throws Exception {
    RabbitTransportConfig config = RabbitScene.config(RabbitServer.shared()).build();
    link =
        Link.open(
            Link.factory(config, environment),
            List.of(new Address("127.0.0.1", RabbitServer.shared().port())));
    desk = new Desk(environment, () -> link);
  }

  @AfterEach
  void close() {
    desk.end();
    link.close();
    real.close();
  }

  /** A broker that does not answer until it is let. */
  private static final class Hanging implements Desk.Task<String> {
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();

    @Override
    public String over(Link link) throws IOException {
      begun.incrementAndGet();
      try {
        end.await();
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
      return "late";
    }

    void awaitBegun(int count) {
      Poll.until(count + " calls", BOUND, () -> begun.get() == count);
    }
  }

  private void answers(CompletionStage<String> stage, String answer) {
    assertThat(stage.toCompletableFuture()).succeedsWithin(BOUND).isEqualTo(answer);
  }

  @Test
  void calls_that_hang_hold_up_no_other_queue() {
    Hanging hanging = new Hanging();
    for (int i = 0; i < MANY; i++) {
      desk.call("stuck", hanging);
      desk.read("stuck", hanging);
    }

    answers(desk.call("other", open -> "done"), "done");
    answers(desk.read("other", open -> "read"), "read");
    hanging.end.countDown();
  }

  @Test
  void queues_that_were_slow_hold_up_no_other_queue_however_many_they_are() {
    List<CompletionStage<String>> first = new ArrayList<>();
    Hanging once = new Hanging();
    for (int i = 0; i < 16; i++) {
      first.add(desk.call("slow" + i, once));
    }
    once.awaitBegun(16);
    time.advance(Duration.ofSeconds(30));
    once.end.countDown();
    first.forEach(stage -> answers(stage, "late"));

    Hanging again = new Hanging();
    for (int i = 0; i < 16; i++) {
      desk.call("slow" + i, again);
    }

    answers(desk.call("other", open -> "done"), "done");
    again.end.countDown();
  }

  @Test
  void who_waits_for_the_turn_of_another_process_has_no_thread() {
    AtomicInteger tries = new AtomicInteger();
    List<CompletionStage<String>> readings = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      readings.add(
          desk.read(
              "dead" + i,
              open -> {
                tries.incrementAndGet();
                throw new Turn.TakenException("the turn", new IOException("planned"));
              }));
    }
    Poll.until("a try each", BOUND, () -> tries.get() == MANY);

    answers(desk.call("other", open -> "done"), "done");
    time.advance(Turn.PAUSE);
    Poll.until("a second try", BOUND, () -> tries.get() == 2 * MANY);
    time.advance(Turn.WAIT_MAX);
    readings.forEach(
        reading ->
            assertThat(reading.toCompletableFuture())
                .failsWithin(BOUND)
                .withThrowableThat()
                .withCauseInstanceOf(TransportException.class)
                .withMessageContaining("another process has had the turn"));
  }

  @Test
  void calls_of_one_queue_are_made_one_after_another_though_some_fail() {
    List<Integer> made = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      int number = i;
      calls.add(
          desk.call(
                  "one",
                  open -> {
                    made.add(number);
                    if (number % 3 == 0) {
                      throw new IOException("planned");
                    }
                    return number;
                  })
              .toCompletableFuture());
    }

    Poll.until("all calls", BOUND, () -> calls.stream().allMatch(CompletableFuture::isDone));
    assertThat(made).isSorted().hasSize(MANY);
    assertThat(calls.stream().filter(CompletableFuture::isCompletedExceptionally)).hasSize(34);
  }

  @Test
  void what_waits_at_the_end_is_told() {
    Hanging hanging = new Hanging();
    CompletionStage<String> underWay = desk.call("one", hanging);
    hanging.awaitBegun(1);
    CompletableFuture<String> waiting = desk.call("one", hanging).toCompletableFuture();

    desk.end();
    hanging.end.countDown();

    answers(underWay, "late");
    Poll.until("an answer", BOUND, waiting::isDone);
    assertThat(waiting.handle((done, failure) -> failure).join())
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("closed");
  }
}
