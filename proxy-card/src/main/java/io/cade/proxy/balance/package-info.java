/** Who may get the next request: algorithms propose, health permits (SPEC P3). */
@NullMarked
package io.cade.proxy.balance;

import org.jspecify.annotations.NullMarked;
