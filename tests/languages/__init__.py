"""Tests of carbonseal.languages."""
