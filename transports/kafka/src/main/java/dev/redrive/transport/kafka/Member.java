// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a member of a queue's consumer group: which partitions it has, and what comes of
 * them. Used by the queue's thread alone, but for {@link #wake}.
 *
 * <p>A partition is polled when it is known what was committed of it, and as long as what came of
 * it is in hand; else it is paused, and the membership goes on.
 */
final class Member implements ConsumerRebalanceListener {
  private static final Logger log = LoggerFactory.getLogger(Member.class);
  private static final int WAKEUPS_MAX = 10;
  private static final Duration LEAVE_MAX = Duration.ofSeconds(5);
  private static final Duration ABANDON_MAX = Duration.ofMillis(100);

  /** Is told of partitions that come to an end here, in time to settle what can be settled. */
  interface Owner {
    /** As {@code Timers.nanoTime}. */
    long now();

    /** Whether there is room for more records, of any partition. */
    boolean isOpen();

    /** Whether a transaction that tells of it is not decided yet. */
    boolean isUndecided(Holding holding);

    /** What the group has committed of it is about another log, and is to be replaced. */
    void beganAnew(Holding holding);

    /** How far it is settled is known now. */
    void learned(Holding holding);

    /** Does what the client must not be woken out of. */
    void undisturbed(Runnable action);

    /** They are about to be given to another process. */
    void taken(List<Holding> leaving);

    /** They are not here any more. */
    void gone(List<Holding> lost);
  }

  private final Consumer<byte[], byte[]> consumer;
  private final Settings settings;
  private final Owner owner;
  // In the order of their partitions, so that they are served in turn.
  private final Map<TopicPartition, Holding> holdings =
      new TreeMap<>(
          Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));

  private final Loading loading;
  private boolean isAbandoned;

  /**
   * What a member is told.
   *
   * @param process who this is, in the marks that it leaves
   * @param metadataMax characters that the broker lets a commit say
   * @param patience how long an answer is waited for
   * @param order of the queue, if it has one
   */
  record Settings(long process, int metadataMax, Duration patience, Optional<OrderBy> order) {}

  Member(Consumer<byte[], byte[]> consumer, String topic, Settings settings, Owner owner) {
    this.consumer = consumer;
    this.settings = settings;
    this.owner = owner;
    this.loading = new Loading(consumer, settings, owner);
    consumer.subscribe(List.of(topic), this);
  }

  /** Ends a poll that is under way, or the next one. */
  void wake() {
    consumer.wakeup();
  }

  /** The partitions that are here and known. */
  List<Holding> holdings() {
    return holdings.values().stream().filter(Holding::isLoaded).toList();
  }

  /** Whether there is room for records of any partition, or something is to be learned first. */
  boolean isReading() {
    return holdings.isEmpty()
        || (owner.isOpen() && !holdings.values().stream().allMatch(Holding::hasBacklog));
  }

  /** Whether there are partitions that are not to be read now. */
  boolean isPaused() {
    return !consumer.paused().isEmpty();
  }

  /** Those of these partitions that are here and known. */
  Set<Holding> holdings(Set<TopicPartition> partitions) {
    return holdings.values().stream()
        .filter(Holding::isLoaded)
        .filter(holding -> partitions.contains(holding.partition()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Learns what is to be known before a poll; may wait a moment for an answer. */
  void prepare() {
    loading.load(holdings.values());
    regulate();
  }

  /** Waits for records, for so long at most; whether any came. */
  boolean poll(Duration wait) {
    try {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(wait);
      records
          .nextOffsets()
          .forEach((partition, next) -> polled(partition, records.records(partition), next));
      return !records.isEmpty();
    } catch (WakeupException woken) {
      log.trace("woken for a task", woken);
      return false;
    }
  }

  private void polled(
      TopicPartition partition,
      List<ConsumerRecord<byte[], byte[]>> records,
      OffsetAndMetadata next) {
    Holding holding = holdings.get(partition);
    if (holding == null || !holding.isLoaded()) {
      return;
    }
    if (holding.isNext(records, next.offset())) {
      holding.polled(records, next.offset());
    } else {
      log.warn("{} begins anew; was its topic deleted and made again?", partition);
      loading.madeAnew(partition);
      owner.gone(List.of(holding));
    }
  }

  /** Lets the client fetch what there is room for. */
  private void regulate() {
    Set<TopicPartition> paused = consumer.paused();
    List<TopicPartition> pause = new ArrayList<>();
    List<TopicPartition> resume = new ArrayList<>();
    boolean isOpen = owner.isOpen();
    holdings.forEach(
        (partition, holding) -> {
          boolean isWanted = isOpen && holding.isLoaded() && !holding.hasBacklog();
          if (isWanted == paused.contains(partition)) {
            (isWanted ? resume : pause).add(partition);
          }
        });
    if (!pause.isEmpty()) {
      consumer.pause(pause);
    }
    if (!resume.isEmpty()) {
      consumer.resume(resume);
    }
  }

  /**
   * What to commit of the partitions that have something to say.
   *
   * @param owed those whose last commit had no answer
   */
  Map<TopicPartition, OffsetAndMetadata> commits(Set<Holding> owed) {
    Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
    for (Holding holding : holdings()) {
      if (holding.progress().isDirty() || owed.contains(holding)) {
        commits.put(holding.partition(), offset(holding.progress().commit()));
      }
    }
    return commits;
  }

  private static OffsetAndMetadata offset(Commit commit) {
    return new OffsetAndMetadata(commit.offset(), commit.metadata());
  }

  /** Commits; the callback is told in one of the next polls. */
  void commit(Map<TopicPartition, OffsetAndMetadata> commits, OffsetCommitCallback then) {
    consumer.commitAsync(commits, then);
  }

  /**
   * Commits, and waits for the answer.
   *
   * @throws KafkaException if it was refused, or there was none
   */
  void commitNow(Map<TopicPartition, OffsetAndMetadata> commits) {
    for (int i = 0; i < WAKEUPS_MAX; i++) {
      try {
        consumer.commitSync(commits, settings.patience());
        return;
      } catch (WakeupException woken) {
        // It was meant for a poll. The same commit again does no harm.
        log.trace("woken while a commit was awaited", woken);
      }
    }
    throw new TimeoutException("a commit was disturbed again and again");
  }

  /** By what the broker knows that a transaction is of a present member. */
  ConsumerGroupMetadata membership() {
    return consumer.groupMetadata();
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    log.debug("assigned {}", partitions);
    partitions.forEach(
        partition -> holdings.put(partition, new Holding(partition, settings.order())));
    loading.load(holdings.values());
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    log.debug("revoked {}", partitions);
    List<Holding> leaving = known(partitions);
    if (leaving.isEmpty()) {
      return;
    }
    if (!isAbandoned) {
      owner.undisturbed(
          () -> {
            owner.taken(leaving);
            handOver(leaving);
          });
    }
    forget(leaving);
  }

  /** The last commit of these partitions: whoever has them next begins with that. */
  private void handOver(List<Holding> leaving) {
    Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
    for (Holding holding : leaving) {
      holding.giveAway();
      // Of one that is undecided, the broker keeps the next owner waiting until it knows.
      if (holding.isLoaded() && !owner.isUndecided(holding)) {
        commits.put(holding.partition(), offset(holding.progress().handOver()));
      }
    }
    try {
      if (!commits.isEmpty()) {
        commitNow(commits);
      }
    } catch (KafkaException failure) {
      log.warn(
          "{} could not be handed over in good order; what ran there counts as cut off by a crash:"
              + " {}",
          commits.keySet(),
          failure.toString());
    }
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    log.warn("lost {}; what was leased of them comes again", partitions);
    forget(known(partitions));
  }

  private List<Holding> known(Collection<TopicPartition> partitions) {
    return partitions.stream().map(holdings::get).filter(Objects::nonNull).toList();
  }

  private void forget(List<Holding> lost) {
    lost.forEach(holding -> holdings.remove(holding.partition()));
    owner.gone(lost);
  }

  /** Ends the membership in good order, so that others have the partitions at once. */
  void leave() {
    // Not left to the client's close, which does not look for a coordinator any more.
    List<Holding> leaving = List.copyOf(holdings.values());
    handOver(leaving);
    forget(leaving);
    // A process with a name of its own keeps its place for its next start.
    close(CloseOptions.timeout(LEAVE_MAX));
  }

  /** Ends it without a word, because the client is of no use any more. */
  void abandon() {
    isAbandoned = true;
    close(CloseOptions.timeout(ABANDON_MAX));
  }

  private void close(CloseOptions how) {
    try {
      consumer.close(how);
    } catch (InterruptException interrupted) {
      log.debug("interrupted while a consumer was closed", interrupted);
    } catch (KafkaException failure) {
      log.warn("a consumer could not be closed in good order: {}", failure.toString());
    }
    forget(List.copyOf(holdings.values()));
  }
}
