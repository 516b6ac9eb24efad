// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.InvalidOptionsException;
import dev.redrive.MessageState;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.gate.Breaker;
import dev.redrive.gate.Dependency;
import dev.redrive.retry.Backoff;
import dev.redrive.retry.Jitter;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.transport.memory.MemoryTransport;
import dev.redrive.transport.memory.MemoryTransportConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Dependencies that are down, and what becomes of the messages that need them. */
class DependencyTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final RetryPolicy PATIENT =
      RetryPolicy.builder()
          .backoff(Backoff.fixed(SECOND))
          .jitter(Jitter.none())
          .attempts(10)
          .build();

  private final World world = new World();
  private final Queue<String> queue =
      world.queue(options -> options.concurrency(4).policy(PATIENT).dependency("psp"));
  private final World.Log log = world.log();
  private boolean isDown;
  private int sent;

  @AfterEach
  void close() {
    world.close();
  }

  /** A queue whose rules put every failure of input and output down to the bank. */
  private Queue<String> ruled() {
    RetryPolicy blaming =
        RetryPolicy.builder()
            .backoff(Backoff.fixed(SECOND))
            .jitter(Jitter.none())
            .attempts(10)
            .on(IOException.class)
            .dependency("bank")
            .build();
    return world
        .redrive()
        .queue(QueueOptions.builder("ruled", Codec.text()).policy(blaming).build());
  }

  private void handle(Queue<String> handled) {
    handled.handle(
        message -> {
          log.note(message);
          if (isDown) {
            throw new IOException("planned");
          }
        });
  }

  private void send(Queue<String> to, int count) {
    IntStream.range(0, count).forEach(i -> world.send(to, "m" + sent++));
  }

  private Dependency psp() {
    return world.redrive().dependencies().iterator().next();
  }

  private List<Breaker.State> changes() {
    return world.journal().of(Event.DependencyChanged.class).stream()
        .map(Event.DependencyChanged::state)
        .toList();
  }

  @Test
  void messages_are_held_while_their_dependency_is_down_and_none_is_lost() {
    isDown = true;
    handle(queue);
    send(queue, 100);
    world.advance(FakeBreaker.OPEN.minus(SECOND));

    // As many as ran when it opened, of which three opened it.
    int wasted = log.attempts().size();
    assertThat(wasted).isBetween(3, 4);
    assertThat(psp().status().state()).isEqualTo(Breaker.State.OPEN);
    assertThat(psp().status().reason()).contains("planned");
    assertThat(world.stats(queue).running()).isZero();
    assertThat(world.find(queue, "m50").orElseThrow().state()).isEqualTo(MessageState.HELD);

    isDown = false;
    world.advance(Duration.ofMinutes(2));

    assertThat(world.stats(queue).succeeded()).isEqualTo(100);
    assertThat(log.attempts()).hasSize(100 + wasted);
    assertThat(changes())
        .containsExactly(Breaker.State.OPEN, Breaker.State.HALF_OPEN, Breaker.State.CLOSED);
  }

  @Test
  void canaries_are_few_and_an_outage_costs_only_them() {
    isDown = true;
    handle(queue);
    send(queue, 100);
    world.advance(SECOND);
    int before = log.attempts().size();

    world.advance(Duration.ofMinutes(10));

    long probes = Duration.ofMinutes(10).dividedBy(FakeBreaker.OPEN);
    assertThat(log.attempts().size() - before)
        .isLessThanOrEqualTo((int) probes * FakeBreaker.CANARIES);
    assertThat(world.stats(queue).dead()).isZero();
  }

  @Test
  void no_herd_comes_when_it_is_back() {
    handle(queue);
    for (int i = 0; i < 300; i++) {
      send(queue, 1);
      world.advance(Duration.ofMillis(50));
    }
    isDown = true;
    for (int i = 0; i < 1_200; i++) {
      send(queue, 1);
      world.advance(Duration.ofMillis(50));
    }
    isDown = false;
    int from = log.times().size();
    for (int i = 0; i < 2_400; i++) {
      send(queue, 1);
      world.advance(Duration.ofMillis(50));
    }

    List<Duration> after = log.times().subList(from, log.times().size());
    for (int i = 0; i + 40 < after.size(); i++) {
      assertThat(after.get(i + 40).minus(after.get(i)))
          .as("41 attempts, the first at %s", after.get(i))
          .isGreaterThanOrEqualTo(SECOND);
    }
    assertThat(world.stats(queue).waiting()).as("the backlog").isLessThan(10);
    assertThat(world.stats(queue).dead()).isZero();
  }

  @Test
  void queues_share_the_breaker_of_a_dependency() {
    Queue<String> other =
        world
            .redrive()
            .queue(QueueOptions.builder("other", Codec.text()).dependency("psp").build());
    isDown = true;
    handle(queue);
    handle(other);
    send(queue, 5);
    world.run();
    int before = log.attempts().size();
    send(other, 5);

    world.advance(SECOND);

    assertThat(log.attempts()).hasSize(before);
    assertThat(psp().status().queues()).containsExactly("orders", "other");
    isDown = false;
    world.advance(Duration.ofMinutes(1));
    assertThat(world.stats(other).succeeded()).isEqualTo(5);
  }

  @Test
  void no_herd_comes_when_a_person_closes_it_and_leaves_it_to_itself_again() {
    handle(queue);
    for (int i = 0; i < 300; i++) {
      send(queue, 1);
      world.advance(Duration.ofMillis(50));
    }
    isDown = true;
    for (int i = 0; i < 600; i++) {
      send(queue, 1);
      world.advance(Duration.ofMillis(50));
    }
    isDown = false;
    int from = log.times().size();
    psp().close("they say it is back");
    world.advance(SECOND.multipliedBy(2));
    psp().release("so it seems");
    world.advance(SECOND.multipliedBy(2));

    assertThat(log.times().size() - from).as("attempts in four seconds").isBetween(5, 160);
    assertThat(world.stats(queue).waiting()).as("the backlog").isGreaterThan(300);
  }

  @Test
  void a_person_opens_and_closes_and_releases_a_breaker() {
    handle(queue);
    psp().open("they asked us to");
    send(queue, 3);
    world.advance(Duration.ofHours(1));
    assertThat(log.attempts()).isEmpty();
    assertThat(psp().status().state()).isEqualTo(Breaker.State.FORCED_OPEN);
    assertThat(psp().status().reason()).isEqualTo("they asked us to");

    psp().release("they are back");
    world.advance(SECOND);
    assertThat(log.attempts()).as("at once, not after the wait that was said").isNotEmpty();
    world.advance(SECOND.multipliedBy(10));
    assertThat(world.stats(queue).succeeded()).isEqualTo(3);

    psp().close("never mind");
    isDown = true;
    send(queue, 30);
    world.run();
    assertThat(psp().status().state()).isEqualTo(Breaker.State.FORCED_CLOSED);
    assertThat(log.attempts()).as("all were tried").hasSize(33);
  }

  @Test
  void without_breakers_a_queue_that_names_a_dependency_is_refused() {
    try (Redrive bare =
        Engine.builder()
            .environment(world.time().environment(3))
            .transport(given -> new MemoryTransport(given, MemoryTransportConfig.defaults()))
            .open()) {
      assertThatThrownBy(
              () ->
                  bare.queue(
                      QueueOptions.builder("orders", Codec.text()).dependency("psp").build()))
          .isInstanceOf(InvalidOptionsException.class)
          .hasMessageContaining("psp")
          .hasMessageContaining("breakers");
    }
  }

  @Test
  void a_rule_that_names_a_dependency_opens_its_breaker_and_has_the_retries_wait() {
    Queue<String> ruled = ruled();
    ruled.handle(
        message -> {
          log.note(message);
          if (isDown && message.id().startsWith("b")) {
            throw new IOException("planned");
          }
        });
    isDown = true;
    world.send(ruled, "b1", "b2", "b3", "c1");
    world.advance(SECOND.multipliedBy(2));
    assertThat(world.breaker("bank").state()).isEqualTo(Breaker.State.OPEN);
    assertThat(log.attempts()).containsExactly("b1 1", "b2 1", "b3 1", "c1 1");
    world.send(ruled, "c2");
    assertThat(log.attempts()).as("who does not need it goes on").endsWith("c2 1");
    assertThat(world.stats(ruled).running()).as("waits in the transport").isZero();

    isDown = false;
    world.advance(Duration.ofMinutes(1));

    assertThat(log.attempts())
        .containsExactly("b1 1", "b2 1", "b3 1", "c1 1", "c2 1", "b1 2", "b2 2", "b3 2");
    assertThat(world.breaker("bank").state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void a_message_waits_for_what_its_last_failure_was_put_down_to_and_for_nothing_before() {
    Queue<String> ruled = ruled();
    ruled.handle(
        message -> {
          log.note(message);
          if (message.attempt() == 1) {
            throw new IOException("planned");
          } else if (message.attempt() == 2) {
            throw new TimeoutException("planned");
          }
        });
    world.send(ruled, "a");
    world.advance(SECOND);
    assertThat(log.attempts()).containsExactly("a 1", "a 2");

    world
        .redrive()
        .dependencies()
        .forEach(each -> each.open("nobody waits for " + each.name() + " any more"));
    world.advance(SECOND);

    assertThat(log.attempts()).containsExactly("a 1", "a 2", "a 3");
  }

  @Test
  void successes_of_a_queue_count_for_what_its_rules_name() {
    RetryPolicy blaming = RetryPolicy.builder().on(IOException.class).dependency("bank").build();
    Queue<String> ruled =
        world.redrive().queue(QueueOptions.builder("ruled", Codec.text()).policy(blaming).build());
    ruled.handle(
        message -> {
          if (message.id().startsWith("b") && message.attempt() == 1) {
            throw new IOException("planned");
          }
        });
    for (int i = 0; i < 9; i++) {
      world.send(ruled, "b" + i, "c" + i);
      world.run();
    }

    assertThat(world.breaker("bank").state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void messages_that_wait_each_for_itself_come_back_one_after_another() {
    RetryPolicy blaming =
        RetryPolicy.builder()
            .jitter(Jitter.none())
            .on(IOException.class)
            .dependency("bank")
            .build();
    Queue<String> ruled =
        world
            .redrive()
            .queue(
                QueueOptions.builder("ruled", Codec.text())
                    .policy(blaming)
                    .concurrency(200)
                    .build());
    ruled.handle(
        message -> {
          if (message.attempt() == 1) {
            throw new IOException("planned");
          }
          log.note(message);
        });
    IntStream.range(0, 200).forEach(i -> ruled.send(World.message("b" + i)));
    world.advance(Duration.ofMinutes(3));

    assertThat(log.attempts()).hasSize(200);
    List<Duration> times = log.times();
    for (int i = 0; i + 30 < times.size(); i++) {
      assertThat(times.get(i + 30).minus(times.get(i))).isGreaterThan(SECOND);
    }
    assertThat(world.breaker("bank").asked()).as("asked, at most twice a message").isLessThan(900);
  }
}
