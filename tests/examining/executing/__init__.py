"""Tests of carbonseal.examining."""
