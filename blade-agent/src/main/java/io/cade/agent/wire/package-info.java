@NullMarked
package io.cade.agent.wire;

import org.jspecify.annotations.NullMarked;
