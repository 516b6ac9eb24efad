// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.Receipt;
import dev.redrive.Redrive;
import dev.redrive.SendResult;
import dev.redrive.core.Engine;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.KafkaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many that share a queue, each of which comes and goes all the time. */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class KafkaStormTest {
  private static final Logger log = LoggerFactory.getLogger(KafkaStormTest.class);
  private static final Duration BOUND = Duration.ofMinutes(3);
  private static final Duration ABSENCE = Duration.ofMillis(500);
  private static final int BATCH = 500;
  private static final int BACKLOG_MAX = 10_000;
  private static final int DEATHS_ONE_IN = 4;
  // A storm of half a million messages takes a while; its log says how far it is.
  private static final int PROGRESS = 20;

  private final Size size = Scale.isFull() ? Size.FULL : Size.SHORT;
  private final Tally tally = new Tally(size.messages);
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicInteger deaths = new AtomicInteger();
  private final AtomicInteger cutOff = new AtomicInteger();
  private final AtomicInteger leftOver = new AtomicInteger();
  private volatile boolean isOver;

  private enum Size {
    SHORT(20_000, 24, 6, 30, Duration.ofSeconds(3)),
    FULL(500_000, 80, 12, 300, Duration.ofSeconds(10));

    final int messages;
    final int partitions;
    final int members;

    /** How often one has come or gone by the time that all is sent. */
    final int changes;

    /** How long one stays at most; half of it on average. */
    final Duration stay;

    Size(int messages, int partitions, int members, int changes, Duration stay) {
      this.messages = messages;
      this.partitions = partitions;
      this.members = members;
      this.changes = changes;
      this.stay = stay;
    }
  }

  @Test
  void members_come_and_go_and_every_message_is_delivered() {
    storm("consumer");
  }

  /** The members assign partitions among themselves, which takes all of them longer. */
  @EnabledIfSystemProperty(
      named = "redrive.faults",
      matches = "full",
      disabledReason = "takes minutes; see docs/knowledge/testing.md")
  @Test
  void members_of_a_classic_group_come_and_go_and_every_message_is_delivered() {
    storm("classic");
  }

  private void storm(String protocol) {
    KafkaServer server = KafkaServer.shared();
    String queue = "storm-" + protocol;
    String options =
        "?requestTime=10s&transactionTime=3s&graceTime=2s&sessionTime=3s&partitions=%d&groupProtocol=%s"
            .formatted(size.partitions, protocol);
    KafkaBroker broker = new KafkaBroker(server.bootstrap(), server.bootstrap());
    ExecutorService threads = Executors.newFixedThreadPool(size.members);
    try (Redrive sending = Engine.open("kafka://" + server.bootstrap() + options)) {
      Queue<String> sent = sending.queue(StormMember.options(queue));
      List<CompletableFuture<Void>> storm = new ArrayList<>();
      for (int i = 0; i < size.members; i++) {
        SplittableRandom random = new SplittableRandom(Scale.seed() + i);
        storm.add(
            CompletableFuture.runAsync(
                () -> comeAndGo(() -> new StormMember(server.way(), queue, options, tally), random),
                threads));
      }
      send(sent, storm);
      isOver = true;
      CompletableFuture.allOf(storm.toArray(CompletableFuture<?>[]::new)).join();
      takeTheRest(new StormMember(server.way(), queue, options, tally), broker, queue);
      verify(queue, sent);
    } finally {
      isOver = true;
      threads.shutdown();
    }
  }

  private void takeTheRest(StormMember last, KafkaBroker broker, String queue) {
    try {
      Poll.until(
          "every message to come and to be settled",
          BOUND,
          () -> tally.lostCount() == 0 && broker.waiting(queue) == 0);
    } catch (AssertionError late) {
      throw new AssertionError(tally.lostCount() + " never came" + broker.left(), late);
    } finally {
      last.leave();
    }
    leftOver.addAndGet(last.abandonedCount());
  }

  private interface Joining {
    StormMember join();
  }

  private void comeAndGo(Joining joining, SplittableRandom random) {
    while (!isOver) {
      StormMember member = joining.join();
      changes.incrementAndGet();
      Outage.last(random, size.stay);
      if (random.nextInt(DEATHS_ONE_IN) == 0) {
        member.die();
        deaths.incrementAndGet();
        cutOff.addAndGet(member.abandonedCount());
      } else {
        member.leave();
        leftOver.addAndGet(member.abandonedCount());
      }
      changes.incrementAndGet();
      Outage.last(random, ABSENCE);
    }
  }

  private void send(Queue<String> queue, List<CompletableFuture<Void>> storm) {
    for (int from = 0; from < size.messages; from += BATCH) {
      int first = from;
      int due = (int) ((long) size.changes * first / size.messages);
      Poll.until(
          "the storm to go on",
          BOUND,
          () -> {
            storm.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
            return changes.get() >= due && first - tally.settledCount() < BACKLOG_MAX;
          });
      if (first % (size.messages / PROGRESS) == 0) {
        log.warn("{} of {} sent, {} changes so far", first, size.messages, changes);
      }
      List<Integer> open = IntStream.range(first, first + BATCH).boxed().toList();
      while (!open.isEmpty()) {
        open = sendOnce(queue, open);
      }
    }
  }

  /** Sends these; answers those that are to be sent again. */
  private List<Integer> sendOnce(Queue<String> queue, List<Integer> messages) {
    messages.forEach(tally::sent);
    List<SendResult> results =
        queue
            .sendAll(
                messages.stream()
                    .map(message -> Integer.toString(message))
                    .map(id -> Outgoing.of(id).id(id))
                    .toList())
            .toCompletableFuture()
            .join();
    return IntStream.range(0, messages.size())
        .filter(i -> !(results.get(i) instanceof Receipt))
        .mapToObj(messages::get)
        .toList();
  }

  private void verify(String queue, Queue<String> sent) {
    log.warn(
        "{}: messages {}, changes {}, deaths {}, lost {}, duplicates {} of {}",
        queue,
        size.messages,
        changes,
        deaths,
        tally.lostCount(),
        tally.duplicateCount(),
        "%d in hand of the dead, %d of others, %d sent again"
            .formatted(cutOff.get(), leftOver.get(), tally.copyCount()));
    assertThat(tally.lateCount()).as("came after their settlement was known").isZero();
    assertThat(tally.doubleCount()).as("settled twice").isZero();
    assertThat(tally.duplicateCount())
        .as("calls too many")
        .isLessThanOrEqualTo(changes.get() * StormMember.OPEN_CALLS_MAX + tally.copyCount());
    assertThat(Letters.count(sent)).as("dead letters").isZero();
  }
}
