// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit.servers;

/**
 * A database server for tests, in a temporary folder of its own. The tests of one process may share
 * one, each with a database of its own; one that kills its server starts its own. Not thread-safe,
 * but for {@link #newDatabase}, {@link #url} and {@link #port}.
 *
 * <p>What was committed is on the disk: both sync it, as they do without being told.
 */
public sealed interface SqlServer extends AutoCloseable permits PostgresServer, MariaServer {

  /** Makes an empty database, and returns its name. */
  String newDatabase();

  /** Where JDBC finds this database: all that is needed to connect, its user included. */
  default String url(String database) {
    return url(database, port());
  }

  /** The same by another port of 127.0.0.1, such as that of a {@link FaultProxy}. */
  String url(String database, int port);

  /** Where it listens on 127.0.0.1; the same after a restart. */
  int port();

  /** Kills it with SIGKILL, and all that works for it. What was committed is in its folder. */
  void kill();

  /** Starts the one that was killed, on the same folder and port. Returns when it answers. */
  void restart();

  /** Ends it and removes its folder. May be called twice. */
  @Override
  void close();
}
