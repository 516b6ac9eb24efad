// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetterFilter;
import dev.redrive.DeadLetters;
import dev.redrive.Settled;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.SubscribeOptions;
import dev.redrive.spi.Subscription;
import dev.redrive.testkit.VirtualTime;
import dev.redrive.transport.embedded.LinesModel.Entry;
import dev.redrive.transport.embedded.LinesModel.State;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lives of an ordered queue, drawn from seeds, beside a model that is a list a key. More of them:
 * {@code -Dredrive.lines.seeds=500}; a certain one: {@code -Dredrive.lines.first=17} with one seed,
 * and fewer steps of it: {@code -Dredrive.lines.steps=40}.
 */
class LinesModelTest {
  private static final int SEEDS = Integer.getInteger("redrive.lines.seeds", 8);
  private static final long FIRST = Long.getLong("redrive.lines.first", 1);
  private static final int STEPS = Integer.getInteger("redrive.lines.steps", 150);
  private static final List<String> KEYS = List.of("a", "a", "b", "c", "");
  private static final QueueSpec SPEC =
      new QueueSpec(Desk.QUEUE, true, OptionalLong.empty(), Duration.ofHours(1));

  @TempDir private Path root;

  @Test
  void messages_of_a_key_come_in_the_order_sent_whatever_becomes_of_them() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Life life = new Life(root.resolve("seed-" + seed), seed);
      try {
        life.run();
      } catch (RuntimeException | AssertionError broken) {
        throw new AssertionError(
            "seed " + seed + ", after " + life.steps + ": " + broken.getMessage(), broken);
      } finally {
        life.desk.close();
      }
    }
  }

  private static final class Life {
    private final Path root;
    private final Random random;
    private final VirtualTime time = new VirtualTime();
    private final LinesModel model = new LinesModel();
    private final List<String> steps = new ArrayList<>();
    private Desk desk;
    private Subscription subscription;
    private BlockingQueue<InMessage> arrived;
    private int folders;
    private int sent;
    private int credit;

    Life(Path root, long seed) {
      this.root = root;
      this.random = new Random(seed);
      this.desk = open();
      this.arrived = new LinkedBlockingQueue<>();
      this.subscription = subscribe(arrived);
    }

    private Desk open() {
      return Desk.open(folder(), time, SPEC, () -> Long.MAX_VALUE);
    }

    private Subscription subscribe(BlockingQueue<InMessage> arrivals) {
      return desk.transport()
          .subscribe(Desk.QUEUE, new SubscribeOptions(Duration.ofDays(1)), arrivals::addAll);
    }

    private Path folder() {
      return root.resolve("data-" + folders);
    }

    private void run() {
      for (int i = 0; i < STEPS; i++) {
        step(random.nextInt(20));
        receive();
      }
      finish();
    }

    private void step(int choice) {
      switch (choice) {
        case 0, 1, 2, 3, 4 -> send();
        case 5, 6, 7 -> request(1 + random.nextInt(3));
        case 8, 9, 10, 11, 12 -> model.any(State.RUNNING, random).ifPresent(this::settle);
        case 13 -> model.any(State.WAITING, random).ifPresent(this::cancel);
        case 14 -> model.any(State.DEAD, random).ifPresent(this::replay);
        case 15 -> model.any(State.DEAD, random).ifPresent(this::purge);
        case 16, 17 -> advance(Duration.ofMillis(random.nextInt(15_000)));
        case 18 -> loseLeases(random.nextInt(3));
        default -> request(50);
      }
    }

    private void note(String step) {
      steps.add(step);
    }

    private Instant now() {
      return time.instant();
    }

    private Duration someTime() {
      return random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(20_000));
    }

    private void send() {
      String id = "m" + sent++;
      String key = KEYS.get(random.nextInt(KEYS.size()));
      Instant due = now().plus(someTime());
      note("send " + id + " of " + key + " at " + due);
      model.sent(id, key, due);
      desk.send(new OutMessage(id, random.nextBoolean(), key, due, Map.of(), new byte[0]));
    }

    private void request(int n) {
      note("request " + n);
      credit += n;
      subscription.request(n);
    }

    /** Takes what comes; as long as somebody asks, everything must come that may. */
    private void receive() {
      take();
      desk.await(
          "all that may be handed over, of " + model.eligible(now()),
          () -> {
            take();
            return credit == 0 || model.eligible(now()).isEmpty();
          });
    }

    private void take() {
      for (InMessage message = arrived.poll(); message != null; message = arrived.poll()) {
        note("comes " + message.id());
        model.arrived(message, now());
        credit--;
      }
    }

    private void settle(Entry entry) {
      InMessage message = entry.delivery();
      Instant due = now().plus(someTime());
      int choice = random.nextInt(10);
      if (random.nextBoolean()) {
        assertThat(desk.await(subscription.begin(List.of(message.lease()))))
            .containsExactly(Settled.DONE);
      }
      note("settle " + entry.id() + " as " + choice + " at " + due);
      if (choice < 5) {
        model.ended(entry);
        settle(new Settlement.Ack(message.lease()));
      } else if (choice < 7) {
        model.waits(entry, due);
        settle(new Settlement.Retry(message.lease(), due, Map.of()));
      } else if (choice == 7) {
        model.waits(entry, due);
        settle(new Settlement.Defer(message.lease(), due));
      } else if (choice == 8) {
        model.ended(entry);
        settle(new Settlement.Discard(message.lease()));
      } else {
        model.died(entry);
        settle(new Settlement.Dead(message.lease(), Reason.REJECTED, "no", "no", 1, Map.of()));
      }
    }

    private void settle(Settlement settlement) {
      assertThat(desk.await(subscription.settle(List.of(settlement))))
          .containsExactly(Settled.DONE);
    }

    private void cancel(Entry entry) {
      note("cancel " + entry.id());
      if (credit > 0 && model.isEligible(entry, now())) {
        // Perhaps it is handed over at this moment.
        if (isCancelled(entry)) {
          model.ended(entry);
        }
        return;
      }
      assertThat(isCancelled(entry)).isTrue();
      model.ended(entry);
    }

    private boolean isCancelled(Entry entry) {
      return desk.transport().cancel(Desk.QUEUE, entry.id()).toCompletableFuture().join();
    }

    private DeadLetters letters() {
      return desk.transport().deadLetters(Desk.QUEUE);
    }

    private void replay(Entry entry) {
      note("replay " + entry.id());
      model.waits(entry, now());
      DeadLetterFilter filter = DeadLetterFilter.ids(Set.of(entry.id()));
      assertThat(desk.await(letters().replay(filter, 1))).isEqualTo(1);
    }

    private void purge(Entry entry) {
      note("purge " + entry.id());
      model.ended(entry);
      DeadLetterFilter filter = DeadLetterFilter.ids(Set.of(entry.id()));
      assertThat(desk.await(letters().purge(filter, 1))).isEqualTo(1);
    }

    private void advance(Duration by) {
      note("advance " + by);
      time.advance(by);
    }

    /** The consumer closes, the process ends in good order, or it is killed. */
    private void loseLeases(int how) {
      note("lose leases " + how);
      subscription.close();
      take();
      model.leasesEnded();
      credit = 0;
      if (how > 0) {
        Desk old = desk;
        Path before = folder();
        folders += how - 1;
        if (how == 2) {
          // Nothing is being written while it is copied.
          desk.advance(Duration.ZERO);
          Folders.copyAsKilled(before, folder());
        }
        old.close();
        desk = open();
      }
      arrived = new LinkedBlockingQueue<>();
      subscription = subscribe(arrived);
    }

    /** Everything comes in the end. */
    private void finish() {
      note("finish");
      while (!model.isEmpty()) {
        request(10);
        advance(Duration.ofSeconds(20));
        receive();
        for (Entry entry : model.all(State.RUNNING)) {
          model.ended(entry);
          settle(new Settlement.Ack(entry.delivery().lease()));
        }
        model.all(State.DEAD).forEach(this::replay);
      }
      assertThat(desk.stats().waiting() + desk.stats().running() + desk.stats().dead()).isZero();
    }
  }
}
