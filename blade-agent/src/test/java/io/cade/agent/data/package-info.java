@NullMarked
package io.cade.agent.data;

import org.jspecify.annotations.NullMarked;
