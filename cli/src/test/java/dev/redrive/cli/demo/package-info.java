// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.redrive.cli.demo;

import org.jspecify.annotations.NullMarked;
