// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what was committed of partitions that are new here, or have to begin anew, and has the
 * client go on from there. All are asked for at once; if that has no answer, because of one of them
 * perhaps, each by itself, one a turn. Used by the queue's thread alone.
 */
final class Loading {
  private static final Logger log = LoggerFactory.getLogger(Loading.class);
  // An answer that does not come is not waited for long: the thread has other partitions to serve.
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  // Nor is it waited for again and again.
  private static final int PAUSE = 4;

  private final Consumer<byte[], byte[]> consumer;
  private final Member.Settings settings;
  private final Member.Owner owner;
  // Their topics were made anew while they were here.
  private final Set<TopicPartition> madeAnew = new HashSet<>();
  // Those that had no answer when they were asked for alone, the longest ago first.
  private final Set<Holding> late = new LinkedHashSet<>();
  private long lateAgain;
  private boolean isSingly;

  Loading(Consumer<byte[], byte[]> consumer, Member.Settings settings, Member.Owner owner) {
    this.consumer = consumer;
    this.settings = settings;
    this.owner = owner;
    this.lateAgain = owner.now();
  }

  /** What was committed of it is about a topic that is no more. */
  void madeAnew(TopicPartition partition) {
    madeAnew.add(partition);
  }

  /** Learns it of those that are not known; may wait a moment for an answer. */
  void load(Collection<Holding> holdings) {
    Set<Holding> asked = toAsk(holdings);
    if (asked.isEmpty()) {
      return;
    }
    long begin = owner.now();
    try {
      ask(asked);
      late.removeAll(asked);
    } catch (WakeupException woken) {
      log.trace("woken while {} were asked for", asked.size(), woken);
    } catch (TimeoutException unanswered) {
      log.debug("what was committed of {} partitions is not known yet", asked.size(), unanswered);
      if (asked.size() > 1) {
        isSingly = true;
      } else {
        late.removeAll(asked);
        late.addAll(asked);
        lateAgain = owner.now() + PAUSE * (owner.now() - begin);
      }
    }
  }

  private Set<Holding> toAsk(Collection<Holding> holdings) {
    Set<Holding> unknown = new LinkedHashSet<>();
    holdings.stream().filter(holding -> !holding.isKnown()).forEach(unknown::add);
    late.retainAll(unknown);
    unknown.removeAll(late);
    if (unknown.isEmpty()) {
      isSingly = false;
      return owner.now() - lateAgain < 0 ? Set.of() : first(late);
    }
    return isSingly ? first(unknown) : unknown;
  }

  private static Set<Holding> first(Set<Holding> holdings) {
    return holdings.stream().limit(1).collect(Collectors.toSet());
  }

  private void ask(Set<Holding> asked) {
    Set<TopicPartition> partitions =
        asked.stream().map(Holding::partition).collect(Collectors.toSet());
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions, PATIENCE);
    Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, PATIENCE);
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions, PATIENCE);
    for (Holding holding : asked) {
      begin(
          holding,
          Optional.ofNullable(committed.get(holding.partition())),
          Objects.requireNonNull(first.get(holding.partition())),
          Objects.requireNonNull(end.get(holding.partition())));
    }
  }

  private void begin(Holding holding, Optional<OffsetAndMetadata> committed, long first, long end) {
    TopicPartition partition = holding.partition();
    // A log that ends before what is known of it was made anew since.
    boolean isAnew = madeAnew.remove(partition);
    Optional<Progress> continued =
        committed
            .filter(at -> !isAnew)
            .map(at -> progress(at.offset(), at.metadata()))
            .filter(progress -> progress.knownUpTo() <= end);
    Progress known = continued.orElseGet(() -> progress(first, ""));
    if (known.isUnreadable()) {
      log.warn(
          "what was committed of {} beside its offset cannot be read; what was settled above it"
              + " comes again",
          partition);
    }
    long from = Math.max(first, known.offset());
    holding.load(known, from);
    consumer.seek(partition, from);
    if (continued.isEmpty() && committed.isPresent()) {
      owner.beganAnew(holding);
    }
    owner.learned(holding);
    if (!holding.isLoaded()) {
      // What comes before all is known would be passed over.
      consumer.pause(List.of(partition));
    }
  }

  private Progress progress(long offset, String metadata) {
    return Progress.start(offset, metadata, settings.process(), settings.metadataMax());
  }
}
