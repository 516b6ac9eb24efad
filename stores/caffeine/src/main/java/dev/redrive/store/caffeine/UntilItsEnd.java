// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.caffeine;

import com.github.benmanes.caffeine.cache.Expiry;

/** Each entry lasts until its own end, whoever looks at it. */
final class UntilItsEnd implements Expiry<String, Entry> {

  @Override
  public long expireAfterCreate(String key, Entry entry, long now) {
    return entry.end() - now;
  }

  @Override
  public long expireAfterUpdate(String key, Entry entry, long now, long left) {
    return entry.end() - now;
  }

  @Override
  public long expireAfterRead(String key, Entry entry, long now, long left) {
    return left;
  }
}
