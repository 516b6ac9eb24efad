// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Worlds with one thing wrong in each. */
final class Flaws {
  /** What is wrong, and a promise that is broken by it. */
  record Defect(String what, Promise broken, Flaw flaw) {}

  private Flaws() {}

  static List<Defect> all() {
    return List.of(
        new Defect("the offset is one too far", Promise.NONE_BELOW, of(OneTooFar::new)),
        new Defect(
            "what is settled above the offset is not told at hand-over",
            Promise.STAYS_SETTLED,
            of(DoneForgotten::new)),
        new Defect(
            "what is settled above the offset is never told",
            Promise.STAYS_SETTLED,
            of(DoneNeverTold::new)),
        new Defect(
            "what waits in front of settled records is passed over",
            Promise.NONE_PASSED_OVER,
            new FlawedWorlds.OpenIsDone()),
        new Defect(
            "begun attempts are handed over", Promise.TRUE_CRASHES, of(BegunHandedOver::new)),
        new Defect("begun attempts are not told", Promise.TRUE_CRASHES, of(BegunNotTold::new)),
        new Defect("an attempt under way is one more", Promise.NO_GAP, of(BegunCounted::new)),
        new Defect("a release releases nothing", Promise.TRUE_CRASHES, of(NotReleased::new)),
        new Defect(
            "a release is nothing to commit", Promise.BEGUN_IS_TOLD, of(ReleaseNotDirty::new)),
        new Defect(
            "a settlement is nothing to commit", Promise.SETTLED_IS_TOLD, of(DoneNotDirty::new)),
        new Defect(
            "crashes of before are not told", Promise.TRUE_CRASHES, of(CrashesForgotten::new)),
        new Defect(
            "an attempt that was cut off stays begun", Promise.TRUE_CRASHES, of(BegunStays::new)),
        new Defect(
            "offsets that are not in the log are waited for", Promise.REST, of(GapsWaitedFor::new)),
        new Defect("the position is not told", Promise.REST, of(PositionNotTold::new)),
        new Defect("there is always room", Promise.BOUND, of(AlwaysRoom::new)),
        new Defect("there is no more room once there was none", Promise.ROOM, of(NoMoreRoom::new)),
        new Defect(
            "own attempts count as crashes", Promise.TRUE_CRASHES, new FlawedWorlds.OwnerIgnored()),
        new Defect(
            "crashes of others count for nothing",
            Promise.TRUE_CRASHES,
            new FlawedWorlds.EverybodyIsOwner()),
        new Defect(
            "what stands beside the offset is not read",
            Promise.STAYS_SETTLED,
            new FlawedWorlds.MetadataNotRead()),
        new Defect("the broker does not fence", Promise.SETTLED_ONCE, new FlawedWorlds.NoFence()),
        new Defect(
            "somebody starts while a transaction is open",
            Promise.STAYS_SETTLED,
            new FlawedWorlds.NoWaiting()),
        new Defect(
            "a process goes on when it does not know",
            Promise.NONE_BELOW,
            new FlawedWorlds.GoingOnInDoubt()));
  }

  private static Flaw of(Function<Progress, Tracker> tracker) {
    return new Flaw() {
      @Override
      Tracker start(Commit committed, long owner, int metadataMax) {
        return tracker.apply(progress(committed, owner, metadataMax));
      }
    };
  }

  /** The commit with each mark changed, and perhaps of another owner. */
  static Commit changed(Commit commit, Function<Mark, Mark> change) {
    Optional<Metadata> metadata = Metadata.read(commit.offset(), commit.metadata());
    return metadata
        .map(text -> new Metadata(text.owner(), text.marks().with(change::apply)))
        .map(text -> new Commit(commit.offset(), text.text()))
        .orElse(commit);
  }

  private static final class OneTooFar extends Tracker {
    OneTooFar(Progress progress) {
      super(progress);
    }

    @Override
    Commit commit() {
      return new Commit(super.commit().offset() + 1, "");
    }
  }

  private static final class DoneForgotten extends Tracker {
    DoneForgotten(Progress progress) {
      super(progress);
    }

    @Override
    Commit handOver() {
      return changed(super.handOver(), mark -> mark.isDone() ? Mark.OPEN : mark);
    }
  }

  private static final class DoneNeverTold extends Tracker {
    DoneNeverTold(Progress progress) {
      super(progress);
    }

    @Override
    Commit commit() {
      return changed(super.commit(), mark -> mark.isDone() ? Mark.OPEN : mark);
    }
  }

  private static final class BegunHandedOver extends Tracker {
    BegunHandedOver(Progress progress) {
      super(progress);
    }

    @Override
    Commit handOver() {
      return commit();
    }
  }

  private static final class BegunNotTold extends Tracker {
    BegunNotTold(Progress progress) {
      super(progress);
    }

    @Override
    Commit commit() {
      return changed(super.commit(), Mark::released);
    }
  }

  private static final class NotReleased extends Tracker {
    NotReleased(Progress progress) {
      super(progress);
    }

    @Override
    void release(long offset) {}
  }

  private static final class ReleaseNotDirty extends Tracker {
    private boolean isHidden;

    ReleaseNotDirty(Progress progress) {
      super(progress);
    }

    @Override
    void release(long offset) {
      isHidden = isHidden || !isDirty();
      super.release(offset);
    }

    @Override
    void begin(long offset) {
      isHidden = false;
      super.begin(offset);
    }

    @Override
    void done(long offset) {
      isHidden = false;
      super.done(offset);
    }

    @Override
    boolean isDirty() {
      return !isHidden && super.isDirty();
    }
  }

  private static final class BegunCounted extends Tracker {
    private final Set<Long> begun = new HashSet<>();

    BegunCounted(Progress progress) {
      super(progress);
    }

    @Override
    void begin(long offset) {
      begun.add(offset);
      super.begin(offset);
    }

    @Override
    int crashes(long offset) {
      return super.crashes(offset) + (begun.contains(offset) ? 1 : 0);
    }
  }

  private static final class DoneNotDirty extends Tracker {
    private boolean isHidden;

    DoneNotDirty(Progress progress) {
      super(progress);
    }

    @Override
    void done(long offset) {
      isHidden = isHidden || !isDirty();
      super.done(offset);
    }

    @Override
    void begin(long offset) {
      isHidden = false;
      super.begin(offset);
    }

    @Override
    boolean isDirty() {
      return !isHidden && super.isDirty();
    }
  }

  private static final class CrashesForgotten extends Tracker {
    CrashesForgotten(Progress progress) {
      super(progress);
    }

    @Override
    Commit commit() {
      return changed(super.commit(), mark -> new Mark(mark.state(), 0));
    }
  }

  private static final class BegunStays extends Tracker {
    BegunStays(Progress progress) {
      super(progress);
    }

    @Override
    void take(long offset) {
      super.take(offset);
      if (crashes(offset) > 0) {
        begin(offset);
      }
    }
  }

  private static final class GapsWaitedFor extends Tracker {
    private long position;

    GapsWaitedFor(Progress progress) {
      super(progress);
      position = progress.commit().offset();
    }

    @Override
    void take(long offset) {
      if (position + 1 < offset && !isDone(offset - 1)) {
        super.take(offset - 1);
      }
      super.take(offset);
      position = offset;
    }
  }

  private static final class PositionNotTold extends Tracker {
    PositionNotTold(Progress progress) {
      super(progress);
    }

    @Override
    void reached(long position) {}
  }

  private static final class AlwaysRoom extends Tracker {
    AlwaysRoom(Progress progress) {
      super(progress);
    }

    @Override
    boolean hasRoom() {
      return true;
    }
  }

  private static final class NoMoreRoom extends Tracker {
    private boolean hadRoom = true;

    NoMoreRoom(Progress progress) {
      super(progress);
    }

    @Override
    boolean hasRoom() {
      hadRoom &= super.hasRoom();
      return hadRoom;
    }
  }
}
