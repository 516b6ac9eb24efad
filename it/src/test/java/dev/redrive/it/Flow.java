// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Codec;
import dev.redrive.Event;
import dev.redrive.Outgoing;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Receipt;
import dev.redrive.Redrive;
import dev.redrive.Refusal;
import dev.redrive.SendRefusedException;
import dev.redrive.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Several senders that send without end. Each sends a batch, waits for its answer, and sends again
 * what was not acknowledged, under the same ids.
 */
final class Flow implements AutoCloseable {
  /** Holds the message's id, so that whoever gets it can see whether headers are its own. */
  static final String HEADER = "of";

  private static final int SENDERS = 4;
  private static final int BATCH = 24;
  private static final int CONCURRENCY = 16;
  private static final int BACKLOG_MAX = 1_500;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Redrive redrive;
  private final Queue<String> queue;
  private final FlowPlan plan;
  private final Accounting books;
  private final InstantSource clock = InstantSource.system();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong parked = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong toldSent = new AtomicLong();
  private volatile boolean isPaused;
  private volatile boolean isEnough;

  /** Closing it closes the Redrive that it is given. */
  Flow(Redrive redrive, FlowPlan plan, Accounting books) {
    this.redrive = redrive;
    this.plan = plan;
    this.books = books;
    redrive.listen(
        event -> {
          if (event instanceof Event.Sent) {
            toldSent.incrementAndGet();
          }
        });
    queue = redrive.queue(options(plan));
  }

  static QueueOptions<String> options(FlowPlan plan) {
    return QueueOptions.builder(plan.queue(), Codec.text())
        .policy(plan.policy())
        .concurrency(CONCURRENCY)
        .build();
  }

  void start() {
    for (int i = 0; i < SENDERS; i++) {
      String sender = "s" + i;
      Thread thread = new Thread(() -> send(sender), "sender-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  FlowPlan plan() {
    return plan;
  }

  Queue<String> queue() {
    return queue;
  }

  Accounting books() {
    return books;
  }

  /** Lets the senders wait; what they have begun to send is answered first. */
  void pause() {
    isPaused = true;
  }

  /** Whether all senders wait, and none of them for an answer. */
  boolean isAtRest() {
    return parked.get() == SENDERS;
  }

  void resume() {
    isPaused = false;
  }

  private void send(String sender) {
    List<String> batch = new ArrayList<>();
    int next = 0;
    while (!isEnough || !batch.isEmpty()) {
      while (!isEnough && batch.size() < BATCH) {
        batch.add(sender + "-" + next++);
      }
      if (isPaused) {
        parked.incrementAndGet();
        while (isPaused && !isEnough) {
          pause(PAUSE);
        }
        parked.decrementAndGet();
      }
      while (!isEnough && !isPaused && books.backlog() > BACKLOG_MAX) {
        pause(PAUSE);
      }
      List<String> open = sendOnce(batch);
      if (open.size() == batch.size()) {
        // A broker that is away is said to be so at once.
        pause(PAUSE);
      }
      batch = new ArrayList<>(open);
    }
  }

  private List<String> sendOnce(List<String> ids) {
    List<Outgoing<String>> messages = new ArrayList<>();
    Instant begun = clock.instant();
    for (String id : ids) {
      Instant now = clock.instant();
      Duration delay = plan.delay(id);
      books.trying(id, now, now.plus(delay));
      Outgoing<String> message = Outgoing.of(plan.payload(id)).id(id).header(HEADER, id);
      messages.add(delay.isZero() ? message : message.at(now.plus(delay)));
    }
    List<SendResult> results = queue.sendAll(messages).toCompletableFuture().join();
    List<String> open = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      if (results.get(i) instanceof Receipt) {
        accepted.incrementAndGet();
        books.acknowledged(ids.get(i), clock.instant());
      } else {
        open.add(ids.get(i));
        books.unanswered(ids.get(i), begun, clock.instant());
        if (results.get(i) instanceof Refusal refusal
            && refusal.error() instanceof SendRefusedException) {
          books.wrong("refused: " + refusal.error());
        }
      }
    }
    return open;
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  /** Ends the senders; what they have begun to send they send until it is acknowledged. */
  void end() {
    isEnough = true;
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.MINUTES.toMillis(2));
        assertThat(thread.isAlive()).as("a sender that still waits for an answer").isFalse();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** Whether the engine has told of as many sends as it has acknowledged. */
  void verify() {
    assertThat(toldSent.get()).as("sends, as the engine counts them").isEqualTo(accepted.get());
  }

  @Override
  public void close() {
    isEnough = true;
    redrive.close();
  }
}
