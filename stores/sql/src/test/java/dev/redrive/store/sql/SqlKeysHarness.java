// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import dev.redrive.idempotency.IdempotencyStore;
import dev.redrive.testkit.IdempotencyHarness;
import java.time.Duration;
import java.util.Optional;

/**
 * The store on a real database. Nobody can set its clock, so all that ends is moved nearer instead:
 * to the store, which compares no times but with now, that is the same.
 */
final class SqlKeysHarness implements IdempotencyHarness {
  private final UrlSource source;
  private Optional<SqlIdempotencyStore> store = Optional.empty();

  SqlKeysHarness(UrlSource source) {
    this.source = source;
  }

  @Override
  public IdempotencyStore open() {
    store = Optional.of(SqlIdempotencyStore.open(source));
    return store.orElseThrow();
  }

  /** What the store knows is in the database; of a killed process nothing else is left. */
  @Override
  public IdempotencyStore crash() {
    close();
    return open();
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public void advance(Duration by) {
    source.execute("UPDATE redrive_keys SET ends_us = ends_us - ?", Micros.of(by));
  }

  @Override
  public void close() {
    store.ifPresent(SqlIdempotencyStore::close);
  }
}
