// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.SendRefusedException;
import dev.redrive.TransportException;
import dev.redrive.spi.PublishResult;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.rocksdb.RocksDBException;

/** New messages for one queue. Answers with one result a message, in order. */
final class PublishChange implements Change {
  private static final int FIXED_WEIGHT = 128;

  private final QueueState queue;
  private final List<Item> items;
  private final int weight;
  private final List<PublishResult> results;
  private final CompletableFuture<List<PublishResult>> answer = new CompletableFuture<>();

  PublishChange(QueueState queue, List<Item> items) {
    this.queue = queue;
    this.items = items;
    this.results = new ArrayList<>(items.size());
    this.weight = items.stream().mapToInt(item -> item.frame().size() + FIXED_WEIGHT).sum();
  }

  /**
   * A message to be stored.
   *
   * @param message the message
   * @param frame the message, encoded
   * @param due when it is wanted; 0 for at once
   */
  record Item(MessageRecord message, Frame.Unsealed frame, long due) {
    static Item of(MessageRecord message, long due) {
      return new Item(message, message.encode(), due);
    }
  }

  CompletableFuture<List<PublishResult>> result() {
    return answer;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public boolean mustSync() {
    return true;
  }

  @Override
  public boolean isNew() {
    return true;
  }

  @Override
  public void apply(Batch batch) throws RocksDBException {
    OptionalLong limit = queue.spec().maxWaiting();
    for (Item item : items) {
      Ledger ledger = batch.touch(queue);
      if (limit.isPresent() && queue.waitingCount() >= limit.getAsLong()) {
        results.add(overflow(limit.getAsLong()));
      } else {
        batch.insert(queue, item.message(), item.frame(), item.due());
        ledger.sent();
        results.add(PublishResult.Accepted.INSTANCE);
      }
    }
  }

  private PublishResult overflow(long limit) {
    return new PublishResult.Refused(
        SendRefusedException.Cause.OVERFLOW,
        "Queue "
            + queue.name()
            + " holds as many waiting messages as it may ("
            + limit
            + "). Send again later, raise maxWaiting, or add workers.");
  }

  @Override
  public void committed() {
    // The dispatcher was woken by the end of the batch.
  }

  @Override
  public void answer() {
    answer.complete(results);
  }

  /** What was certainly not stored is refused; otherwise each message is unknown. */
  @Override
  public void failed(TransportException cause) {
    if (cause instanceof NoSpaceException) {
      refuse(SendRefusedException.Cause.NO_SPACE, cause);
    } else if (cause instanceof BusyException) {
      refuse(SendRefusedException.Cause.OVERFLOW, cause);
    } else {
      answer.completeExceptionally(cause);
    }
  }

  private void refuse(SendRefusedException.Cause cause, TransportException why) {
    PublishResult refused = new PublishResult.Refused(cause, String.valueOf(why.getMessage()));
    answer.complete(items.stream().map(item -> refused).toList());
  }
}
