// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Method;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a channel is asked, one after another, without waiting for the answers. Used by one loop
 * alone.
 */
final class Questions {
  // A queue that has lost its leader lets a consumer wait for ever.
  private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  private final Channel channel;
  private final Environment environment;
  private final Loop loop;
  private final Outbox outbox;
  private final Consumer<Throwable> failed;
  private final ArrayDeque<Step> steps = new ArrayDeque<>();
  // The last step, if it asks whether all is taken.
  private Optional<Taken> lastTaken = Optional.empty();
  private boolean isWaiting;
  private boolean hasEnded;

  /** What has gathered to be sent. */
  interface Outbox {
    void send() throws IOException;
  }

  /** Something to do when all before it is answered; it completes with its own answer. */
  private interface Step {
    CompletionStage<?> go() throws IOException;

    /** It is answered. */
    default void done() {}

    /** It will not be answered. */
    default void drop() {}
  }

  /**
   * @param outbox sent before the broker is asked whether it has taken all
   * @param failed told, on the loop, that the channel does not do what it is asked
   */
  Questions(
      Channel channel,
      Environment environment,
      Loop loop,
      Outbox outbox,
      Consumer<Throwable> failed) {
    this.channel = channel;
    this.environment = environment;
    this.loop = loop;
    this.outbox = outbox;
    this.failed = failed;
  }

  /** Asks; an error answers with the end of the channel. */
  void ask(Method method) {
    add(() -> channel.asyncCompletableRpc(method));
  }

  /** Does something that has no answer, when all that was asked before is answered. */
  void afterwards(Runnable action) {
    if (steps.isEmpty() && !isWaiting && !hasEnded) {
      action.run();
      return;
    }
    add(
        () -> {
          action.run();
          return CompletableFuture.completedStage(true);
        });
  }

  /**
   * Completes when the broker has all that was sent and asked by now, with false if the channel
   * ended before it said so. The protocol does not answer acknowledgements, but a channel answers
   * in turn: so it is asked for something that changes nothing.
   */
  CompletionStage<Boolean> allTaken() {
    if (hasEnded) {
      return CompletableFuture.completedStage(false);
    }
    Taken taken = lastTaken.orElseGet(Taken::new);
    if (lastTaken.isEmpty()) {
      add(taken);
      // Unless it is on its way already.
      lastTaken = Optional.of(taken).filter(steps::contains);
    }
    return taken.answer;
  }

  private final class Taken implements Step {
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();

    @Override
    public CompletionStage<?> go() throws IOException {
      lastTaken = Optional.empty();
      outbox.send();
      // A bound for consumers to come, each of which begins with its own.
      return channel.asyncCompletableRpc(new AMQP.Basic.Qos.Builder().prefetchCount(1).build());
    }

    @Override
    public void done() {
      answer.complete(true);
    }

    @Override
    public void drop() {
      answer.complete(false);
    }
  }

  private void add(Step step) {
    if (hasEnded) {
      step.drop();
      return;
    }
    lastTaken = Optional.empty();
    steps.add(step);
    next();
  }

  private void next() {
    if (isWaiting || hasEnded || steps.isEmpty()) {
      return;
    }
    isWaiting = true;
    Step step = steps.remove();
    CompletionStage<?> answer;
    try {
      answer = step.go();
    } catch (IOException | AlreadyClosedException failure) {
      answer = CompletableFuture.failedStage(failure);
    }
    Timers.Timer late =
        environment.timers().after(ANSWER_MAX, () -> loop.execute(() -> late(step)));
    answer.whenComplete(
        (done, failure) -> {
          late.cancel();
          loop.execute(() -> answered(step, failure));
        });
  }

  private void answered(Step step, @Nullable Throwable failure) {
    isWaiting = false;
    if (failure == null) {
      step.done();
      next();
    } else {
      step.drop();
      failed.accept(failure);
    }
  }

  private void late(Step step) {
    step.drop();
    failed.accept(new TimeoutException("no answer for " + ANSWER_MAX.toSeconds() + " s"));
  }

  /** Nothing more is asked, and nobody gets an answer. */
  void end() {
    hasEnded = true;
    // Whoever is told may ask again.
    List<Step> dropped = List.copyOf(steps);
    steps.clear();
    dropped.forEach(Step::drop);
  }
}
