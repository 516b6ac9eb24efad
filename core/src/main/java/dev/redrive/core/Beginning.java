// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Settled;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes between a message's turn and its handler: it is asked for duplicates, the attempt
 * begins at the transport, and its key is held for as long as the attempt may take. A message that
 * does not get to its handler is settled or let go here, and its place is free.
 */
final class Beginning<T> implements Duplicates.Asker {
  private static final Logger log = LoggerFactory.getLogger(Beginning.class);

  private final QueueEngine<T> queue;
  private final Invoker<T> invoker;
  private final Predicate<Intake> isPresent;
  private final Runnable ended;

  /**
   * Begins attempts of a worker.
   *
   * @param isPresent whether the worker still takes messages of this intake
   * @param ended called when an attempt has ended, or none began
   */
  Beginning(QueueEngine<T> queue, Invoker<T> invoker, Predicate<Intake> isPresent, Runnable ended) {
    this.queue = queue;
    this.invoker = invoker;
    this.isPresent = isPresent;
    this.ended = ended;
  }

  @Override
  public void free(Handed message) {
    message
        .intake()
        .begin(
            message,
            new Batcher.Callback<>() {
              @Override
              public void done(Settled settled) {
                if (settled == Settled.DONE) {
                  begun(message);
                } else {
                  lost(message, settled.toString());
                }
              }

              @Override
              public void failed(Throwable cause) {
                lost(message, cause.toString());
              }
            });
  }

  @Override
  public void over(Handed message) {
    ended.run();
  }

  @Override
  public boolean isWanted(Handed message) {
    boolean isPaused = !isPresent.test(message.intake());
    if (isPaused) {
      queue.settler().giveBack(message, HandlerWorker.PAUSED);
    }
    // Its deadline may have passed while it waited.
    return !isPaused && !queue.settler().turnsAway(message);
  }

  @Override
  public boolean mayWait() {
    return true;
  }

  // The key's lease runs since before the transport was asked, which may have taken its time.
  private void begun(Handed message) {
    queue.keys().keepFor(message, queue.options().timeout(), isKept -> goOn(message, isKept));
  }

  private void goOn(Handed message, boolean isKept) {
    try {
      if (!isKept) {
        giveBack(message, KeyKeeper.NOT_KEPT);
      } else if (isPresent.test(message.intake())) {
        invoker.invoke(new Attempt<>(message, queue, ended));
      } else {
        // Paused while this was about to begin: then nothing may start any more.
        giveBack(message, HandlerWorker.PAUSED);
      }
    } catch (Throwable failure) {
      lost(message, failure.toString());
    }
  }

  private void giveBack(Handed message, String why) {
    if (message.claim()) {
      queue.settler().release(message, why);
      ended.run();
    }
  }

  private void lost(Handed message, String why) {
    if (message.claim()) {
      message.letGo();
      queue.keys().freeLater(message);
      ended.run();
      log.info("message {} comes again, its attempt could not begin: {}", message.in().id(), why);
    }
  }
}
