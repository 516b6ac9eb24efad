// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/** What goes wrong around a {@link Progress}, and not in it. */
final class FlawedWorlds {
  private FlawedWorlds() {}

  static final class OpenIsDone extends Flaw {
    @Override
    Tracker start(Commit committed, long owner, int metadataMax) {
      boolean[] isFirst = {true};
      Commit wrong =
          Flaws.changed(
              committed,
              mark -> {
                boolean isKept = isFirst[0] || mark.isDone();
                isFirst[0] = false;
                return isKept ? mark : Mark.DONE;
              });
      return new Tracker(progress(wrong, owner, metadataMax));
    }
  }

  static final class OwnerIgnored extends Flaw {
    private long starts;

    @Override
    Tracker start(Commit committed, long owner, int metadataMax) {
      return new Tracker(progress(committed, ++starts, metadataMax));
    }
  }

  static final class EverybodyIsOwner extends Flaw {
    @Override
    Tracker start(Commit committed, long owner, int metadataMax) {
      return new Tracker(progress(committed, 0, metadataMax));
    }
  }

  static final class MetadataNotRead extends Flaw {
    @Override
    Tracker start(Commit committed, long owner, int metadataMax) {
      return new Tracker(progress(new Commit(committed.offset(), ""), owner, metadataMax));
    }
  }

  static final class NoFence extends Flaw {
    @Override
    boolean fences() {
      return false;
    }
  }

  static final class NoWaiting extends Flaw {
    @Override
    boolean waitsForTransactions() {
      return false;
    }
  }

  static final class GoingOnInDoubt extends Flaw {
    @Override
    boolean startsAnewWhenInDoubt() {
      return false;
    }
  }
}
